import { readFile } from 'node:fs/promises';
import { percentile } from '../../compare.js';
import { Child } from './child.js';
import type { Received } from './messages.js';

const SECONDS = 10;
/** The number of clients. */
export const CLIENTS = 200;
/** The number of events a second. */
export const PER_SECOND = 1_000;
/** The number of events of a run. */
export const EVENTS = SECONDS * PER_SECOND;
const PROCESSES = 2;
/** For /proc/<pid>/stat, on every Linux. */
const TICKS_PER_SECOND = 100;

/** A server that sends events to WebSockets. */
export interface Sender {
  url: string;
  /** The process whose cost is measured. */
  pid: number;
  /** The token of each client. */
  tokens: readonly string[];
  /** The process that records or sends the events when it is started. */
  source: Child;
}

/** The result of a run; times in milliseconds. */
export interface Figures {
  deliveriesPerSecond: number;
  p50: number;
  p99: number;
  /** The median delay of the last tenth of the events relative to that of the second tenth: well above 1, it falls behind. */
  growth: number;
  /** Share of one core. */
  share: number;
  /** Clients that it disconnected. */
  closed: number;
}

/** Sends the events of a run to all clients and measures their delays. */
export async function runWith({ url, pid, tokens, source }: Sender): Promise<Figures> {
  const groups = Array.from({ length: PROCESSES }, () => new Child('./clients.js'));
  try {
    for (const [index, group] of groups.entries()) {
      const mine = tokens.filter((_, client) => client % PROCESSES === index);
      group.order({
        type: 'connect',
        url: `${url}/ws?event_types=TaskStatusChanged`,
        tokens: mine,
        expected: EVENTS,
      });
    }
    await Promise.all(groups.map((group) => group.hears('connected')));
    const [cost, began] = [await secondsOf(pid), performance.now()];
    source.order({ type: 'begin', events: EVENTS, perSecond: PER_SECOND });
    // Clients that do not keep up are waited for, up to a limit.
    const late = setTimeout(
      () => groups.forEach((group) => group.order({ type: 'finish' })),
      3_000 * SECONDS,
    );
    const received = await Promise.all(groups.map((group) => group.hears('received')));
    clearTimeout(late);
    const share = ((await secondsOf(pid)) - cost) / ((performance.now() - began) / 1000);
    return { ...figuresOf(received, (await source.hears('written')).firstAt), share };
  } finally {
    await Promise.all(groups.map((group) => group.stop()));
  }
}

function figuresOf(received: readonly Received[], firstAt: number): Omit<Figures, 'share'> {
  const lastAt = Math.max(...received.map((each) => each.lastAt));
  const events = received.reduce((sum, each) => sum + each.events, 0);
  const samples = received.flatMap((each) => each.samples).sort(([one], [other]) => one - other);
  if (samples.length === 0) throw new Error('Of the events of a run none came to the clients.');
  const tookOf = (some: Received['samples']) => some.map(([, took]) => took);
  // Clocks have whole milliseconds.
  const medianOf = (some: Received['samples']) => Math.max(1, percentile(tookOf(some), 0.5));
  const tenth = Math.floor(samples.length / 10);
  return {
    closed: received.reduce((sum, each) => sum + each.closed, 0),
    deliveriesPerSecond: (events * 1000) / (lastAt - firstAt),
    p50: percentile(tookOf(samples), 0.5),
    p99: percentile(tookOf(samples), 0.99),
    growth: medianOf(samples.slice(-tenth)) / medianOf(samples.slice(tenth, 2 * tenth)),
  };
}

/** The processor time of a process. */
async function secondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
