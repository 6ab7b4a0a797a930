import { RUN_COOKIE } from '../cookies.js';
import { processGroupOf, sendSignal } from '../processes.js';
import type { PidClock, PidMark, PidRange } from './pid-clock.js';
import { isThread, processesIn, variableOf } from './process-table.js';

const MAX_LOOKS = 50;
/** Processes without an environment are read again: most are in the middle of an exec. */
const MAX_UNCLEAR_LOOKS = 3;
/** If the clock cannot tell which ids are new, all processes are read, and new ones again. */
const MAX_FULL_LOOKS = 2;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

/** Processes to find: those that carry the cookie of a run. */
export interface Sought {
  cookie: string;
  /** The newest process id when the run started: processes of the run have later ids. */
  since: PidMark | undefined;
  group: number;
}

/** What was ended after a command. */
export interface Cleared {
  /** Processes that were ended because the command had left them running. */
  killed: number[];
  /** Processes that did not end. */
  left: number[];
}

interface Search extends Sought {
  killed: Set<number>;
  looks: number;
  resolve: (cleared: Cleared) => void;
}

/**
 * Ends processes that commands leave running. One scan serves all commands that ended before it, and only processes newer
 * than the oldest of these runs are read: reading the environment of every process takes longer than most commands.
 */
export class Leftovers {
  #searches: Search[] = [];
  #scheduled = false;

  /** @param isCommand whether a process leads a running command: these belong to no other run */
  constructor(
    private readonly clock: PidClock,
    private readonly isCommand: (pid: number) => boolean,
  ) {}

  /** Ends every process of a run whose command has ended. Resolves after a scan that found none of them. */
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

  /** Together with all others that end in this turn of the event loop. */
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
      // Processes that cleared their environment and stayed in the group. Only now: later its number may be reused.
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
      // Processes that were started meanwhile may belong to the runs as well, even if their parents are gone.
      const now = this.clock.look();
      range = this.clock.between(seen, now);
      seen = now;
    }
    return { found, unclear };
  }

  /** The ids that are newer than the oldest run; undefined for all. */
  #widest(searches: readonly Search[], now: PidMark | undefined): PidRange | undefined {
    const ranges = searches.map(({ since }) => this.clock.between(since, now));
    return ranges.every((range) => range !== undefined)
      ? ranges.reduce((widest, range) => (range.count > widest.count ? range : widest))
      : undefined;
  }
}
