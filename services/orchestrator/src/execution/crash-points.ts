import { writeSync } from 'node:fs';

/** Places between two acts of an executor at which a crash needs the most repair (docs/chaos.md). */
const CRASH_POINTS = ['before-claim', 'after-claim', 'after-spawn', 'before-finish', 'after-finish'] as const;
type CrashPoint = (typeof CRASH_POINTS)[number];

/** The place of the crash, and after how many passes. */
export interface CrashAt {
  point: CrashPoint;
  passing: number;
}

/** @param text `<point>:<passing>`; undefined if it names no crash point */
export function parseCrashAt(text: string): CrashAt | undefined {
  const [name, passing = '1'] = text.split(':');
  const point = CRASH_POINTS.find((known) => known === name);
  return point && /^[1-9]\d*$/.test(passing) ? { point, passing: Number(passing) } : undefined;
}

/** Lets the chaos suite kill an executor at an exact place. Without a configuration, which only tests have, it does nothing. */
export class CrashPoints {
  #passings = 0;

  constructor(
    private readonly crashAt: CrashAt | undefined,
    private readonly die: () => void = dieAtOnce,
  ) {}

  pass(point: CrashPoint): void {
    if (point !== this.crashAt?.point || ++this.#passings !== this.crashAt.passing) return;
    // Synchronous: buffered output of a killed process is lost.
    writeSync(1, `${JSON.stringify({ level: 'warn', message: 'crash point reached', point })}\n`);
    this.die();
  }
}

/** Like `kill -9`: nothing is closed, reported or released. */
function dieAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
