import type { Work } from '../compare.js';
import { startPlatform, type Platform } from '../setting/platform.js';
import type { Suite } from '../suite.js';
import { CLIENTS, PER_SECOND, type Figures } from './events/run.js';
import { runBare, runOurs } from './events/senders.js';

/** Events to many clients at once. */
export const eventsSuite: Suite = {
  name: 'events',
  prepare: async () => {
    const platform = await startPlatform({ redis: false, workers: 0 });
    return { works: worksOf(platform), stop: () => platform.stop() };
  },
};

function worksOf(platform: Platform): Work[] {
  const ways = [
    { name: '`ws`, a message with the events of 10 ms', figure: figuresOf(() => runBare('list')) },
    { name: '`ws`, a message for each event', figure: figuresOf(() => runBare('each')) },
    {
      name: 'ours: a message for each event, from Postgres, policies asked',
      figure: figuresOf(() => runOurs(platform)),
    },
  ] as const;
  const work = (
    id: string,
    title: string,
    unit: string,
    better: Work['better'],
    figure: (figures: Figures) => number,
  ): Work => {
    const [bare, ...others] = ways.map((way) => ({ name: way.name, measure: way.figure(figure) }));
    const load = `${CLIENTS} WebSockets, ${PER_SECOND.toLocaleString('en-US')} events/s`;
    return { id, title: `${load}: ${title}`, unit, better, contenders: [bare!, ...others] };
  };
  return [
    work('event-deliveries', 'deliveries', 'events/s', 'more', (run) => run.deliveriesPerSecond),
    work('event-median', 'from event to client, median', 'ms', 'less', (run) => run.p50),
    work('event-p99', 'from event to client, 99th percentile', 'ms', 'less', (run) => run.p99),
    work(
      'event-lag-growth',
      'median of the last tenth of the events to that of the second tenth',
      '×',
      'less',
      (run) => run.growth,
    ),
    work('event-cost', 'time of the process that sends', 'share of a core', 'less', (run) => run.share),
  ];
}

/** Several figures of the same runs: whoever asks first for its n-th run has it made. */
function figuresOf(run: () => Promise<Figures>) {
  const runs: Promise<Figures>[] = [];
  return (figure: (figures: Figures) => number) => {
    let asked = 0;
    return async () => figure(await (runs[asked++] ??= run()));
  };
}
