import { RUN_COOKIE } from '../cookies.js';
import { processGroupOf, sendSignal } from '../processes.js';
import type { PidClock, PidMark, PidRange } from './pid-clock.js';
import { isThread, processesIn, variableOf } from './process-table.js';

const MAX_LOOKS = 50;
/** What has no environment is looked at again: most are in the middle of an exec. */
const MAX_UNCLEAR_LOOKS = 3;
/** Where the clock cannot tell what is new, all processes are looked at, and again what came meanwhile. */
const MAX_FULL_LOOKS = 2;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

/** What is looked for: whatever carries the cookie of a run. */
export interface Sought {
  cookie: string;
  /** The newest process there was when the run began: what it started is younger. */
  since: PidMark | undefined;
  group: number;
}

export interface Cleared {
  /** Ended because the command had left them behind. */
  killed: number[];
  /** What would not end. */
  left: number[];
}

interface Search extends Sought {
  killed: Set<number>;
  looks: number;
  resolve: (cleared: Cleared) => void;
}

/**
 * Ends what commands leave behind. One look serves all that ended before it, and only processes that are younger than the
 * oldest of these runs are looked at: reading the environment of every process costs more than most commands.
 */
export class Leftovers {
  #searches: Search[] = [];
  #scheduled = false;

  /** @param isCommand tells the leaders of commands that run: they belong to no other run. */
  constructor(
    private readonly clock: PidClock,
    private readonly isCommand: (pid: number) => boolean,
  ) {}

  /** Ends everything of a run whose command has ended. Resolves after a look that found nothing of it. */
  clear(sought: Sought): Promise<Cleared> {
    return new Promise((resolve) => {
      this.#add({ ...sought, killed: new Set(), looks: 0, resolve });
    });
  }

  /** Processes of a run that have left its group. */
  strays({ cookie, since, group }: Sought): number[] {
    return processesIn(this.clock.between(since, this.clock.look())).filter(
      (pid) =>
        pid !== group &&
        variableOf(pid, RUN_COOKIE) === cookie &&
        !isThread(pid) &&
        processGroupOf(pid) !== group,
    );
  }

  /** With the others that end in this turn of the event loop. */
  #schedule(): void {
    if (!this.#scheduled) setImmediate(() => this.#look());
    this.#scheduled = true;
  }

  #look(): void {
    this.#scheduled = false;
    const searches = this.#searches.splice(0);
    const { found, unclear } = this.#find(searches);
    for (const search of searches) {
      const pids = found.get(search.cookie) ?? [];
      for (const pid of pids) if (sendSignal(pid, 'SIGKILL')) search.killed.add(pid);
      // Those that have cleared their environment, and stayed. Only now: later the group's number may be another's.
      if (search.looks++ === 0) sendSignal(-search.group, 'SIGKILL');
      const most = pids.length > 0 ? MAX_LOOKS : unclear ? MAX_UNCLEAR_LOOKS : 0;
      if (search.looks >= most) search.resolve({ killed: [...search.killed], left: pids });
      else setTimeout(() => this.#add(search), Math.min(FIRST_PAUSE_MS * search.looks, LONGEST_PAUSE_MS));
    }
  }

  #add(search: Search): void {
    this.#searches.push(search);
    this.#schedule();
  }

  #find(searches: readonly Search[]): { found: Map<string, number[]>; unclear: boolean } {
    const found = new Map<string, number[]>(searches.map(({ cookie }) => [cookie, []]));
    let unclear = false;
    let full = 0;
    let seen = this.clock.look();
    let range = this.#widest(searches, seen);
    while (range === undefined ? full++ < MAX_FULL_LOOKS : range.count > 0) {
      for (const pid of processesIn(range)) {
        if (pid === process.pid || this.isCommand(pid)) continue;
        const cookie = variableOf(pid, RUN_COOKIE);
        if (cookie === 'unclear') unclear = true;
        else if (cookie !== undefined && found.has(cookie) && !isThread(pid)) found.get(cookie)?.push(pid);
      }
      // What was started meanwhile may be of theirs as well, and its parent gone before it was looked at.
      const now = this.clock.look();
      range = this.clock.between(seen, now);
      seen = now;
    }
    return { found, unclear };
  }

  /** What is younger than the oldest of them; undefined: all. */
  #widest(searches: readonly Search[], now: PidMark | undefined): PidRange | undefined {
    const ranges = searches.map(({ since }) => this.clock.between(since, now));
    return ranges.every((range) => range !== undefined)
      ? ranges.reduce((widest, range) => (range.count > widest.count ? range : widest))
      : undefined;
  }
}
