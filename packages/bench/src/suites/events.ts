import type { Work } from '../compare.js';
import { startPlatform, type Platform } from '../setting/platform.js';
import type { Suite } from '../suite.js';
import { liveLog } from './events/live-log.js';
import { CLIENTS, PER_SECOND, type Figures } from './events/run.js';
import { runBare, runOurs } from './events/senders.js';

/** Events to many clients at once. */
export const eventsSuite: Suite = {
  name: 'events',
  rounds: 3,
  prepare: async () => {
    const platform = await startPlatform({ redis: false, workers: 0 });
    const log = liveLog();
    const stop = async () => {
      await log.stop();
      await platform.stop();
    };
    return { works: [...worksOf(platform), log.work], stop };
  },
};

const OURS = 'ours: a message for each event, from Postgres, policies asked';
const OFFERED = CLIENTS * PER_SECOND;

function worksOf(platform: Platform): Work[] {
  let givenUp = 0;
  const ways = [
    { name: '`ws`, a message with the events of 10 ms', figure: figuresOf(() => runBare('list')) },
    { name: '`ws`, a message for each event', figure: figuresOf(() => runBare('each')) },
    {
      name: OURS,
      figure: figuresOf(async () => {
        const figures = await runOurs(platform);
        givenUp += figures.closed;
        return figures;
      }),
    },
  ] as const;
  const load = `${CLIENTS} WebSockets, ${PER_SECOND.toLocaleString('en-US')} events/s`;
  const work = (
    { id, title, ...of }: Pick<Work, 'id' | 'title' | 'unit' | 'better' | 'notes'> & { bar?: Limit },
    figure: (figures: Figures) => number,
  ): Work => {
    const [bare, ...others] = ways.map((way) => ({ name: way.name, measure: way.figure(figure) }));
    const { bar, ...more } = of;
    const bars = bar ? [{ of: OURS, ...bar }] : [];
    return { id, title: `${load}: ${title}`, ...more, contenders: [bare!, ...others], bars };
  };
  const times = { unit: 'ms', better: 'less' } as const;
  return [
    work(
      {
        id: 'event-deliveries',
        title: 'deliveries',
        unit: 'events/s',
        better: 'more',
        // From the first event to the last arrival, so it is always a little less than offered.
        bar: { atLeast: 0.99 * OFFERED },
        notes: () => [...NOTES, `In all rounds ours gave up ${givenUp} clients as too slow.`],
      },
      (run) => run.deliveriesPerSecond,
    ),
    work({ ...times, id: 'event-median', title: 'event to client, median' }, (run) => run.p50),
    work(
      { ...times, id: 'event-p99', title: 'event to client, 99th percentile', bar: { atMost: 60 } },
      (run) => run.p99,
    ),
    work(
      {
        id: 'event-lag-growth',
        unit: '×',
        better: 'less',
        bar: { atMost: 1.5 },
        title: 'median of the last tenth of the events to that of the second tenth',
      },
      (run) => run.growth,
    ),
    work(
      { id: 'event-cost', title: 'time of the process that sends', unit: 'cores', better: 'less' },
      (run) => run.share,
    ),
  ];
}

type Limit = { atLeast: number } | { atMost: number };

const NOTES = [
  `Offered are ${OFFERED.toLocaleString('en-US')} deliveries/s for ten seconds; clients that do not keep up are waited for.`,
  'A time is from the beginning of the transaction that records the event (for `ws`: from making it in memory) until a client reads it, of one event in fifty.',
  'Of ours each client is another user, and a message is one event, as the API document shows it; `ws` knows no users and reads nothing.',
];

/** Several figures of the same runs: the first request for the n-th run starts it. */
function figuresOf(run: () => Promise<Figures>) {
  const runs: Promise<Figures>[] = [];
  return (figure: (figures: Figures) => number) => {
    let asked = 0;
    return async () => figure(await (runs[asked++] ??= run()));
  };
}
