import { writeSync } from 'node:fs';

/** Places between two acts of an executor where a death leaves the most to put right (docs/chaos.md). */
const CRASH_POINTS = ['before-claim', 'after-claim', 'after-spawn', 'before-finish', 'after-finish'] as const;
type CrashPoint = (typeof CRASH_POINTS)[number];

/** Where to die, and at which passing of that place. */
export interface CrashAt {
  point: CrashPoint;
  passing: number;
}

/** @param text `<point>:<passing>`; undefined when it names no point of ours. */
export function parseCrashAt(text: string): CrashAt | undefined {
  const [name, passing = '1'] = text.split(':');
  const point = CRASH_POINTS.find((known) => known === name);
  return point && /^[1-9]\d*$/.test(passing) ? { point, passing: Number(passing) } : undefined;
}

/** Lets the chaos suite kill an executor at an exact place. Does nothing unless it is told where, which only tests can. */
export class CrashPoints {
  #passings = 0;

  constructor(
    private readonly crashAt: CrashAt | undefined,
    private readonly die: () => void = dieAtOnce,
  ) {}

  pass(point: CrashPoint): void {
    if (point !== this.crashAt?.point || ++this.#passings !== this.crashAt.passing) return;
    // Synchronous: nothing that is still buffered gets out of a killed process.
    writeSync(1, `${JSON.stringify({ level: 'warn', message: 'crash point reached', point })}\n`);
    this.die();
  }
}

/** As by `kill -9`: nothing is closed, told or given back. */
function dieAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
