import { percentile, type Contender, type Work } from '../../compare.js';
import type { Platform } from '../../setting/platform.js';
import { request } from '../../setting/request.js';
import type { Load, LoadClient, LoadResult } from './load-client.js';

const READS = 4_000;
const SUBMISSIONS = 2_000;
const READ_PATH = '/tasks/{id}';
const SUBMIT_PATH = '/workflows/servers/create';
const OURS = 'ours, through the whole middleware';
const CHECKED = 'ours, check mode';
const LOCKED = 'ours, with the lock on the infra';

/** What the works have in common. */
export interface Setting {
  platform: Platform;
  /** Of the bare server. */
  bareUrl: string;
  client: LoadClient;
  /** Ends submitted work that waits, because there is no worker. */
  endWaiting(): Promise<unknown>;
}

type Kind = Omit<Load, 'url' | 'token' | 'connections'>;

/** Reads one task, fifty at a time: the rate, and the slowest hundredth. */
export async function reads(setting: Setting): Promise<Work[]> {
  const id = await submitOne(setting);
  const kind: Kind = { method: 'GET', path: `/tasks/${id}`, requests: READS };
  const bare = 'Express, a token verified with a KeyObject, one select by primary key';
  const contenders = (read: (result: LoadResult) => number): [Contender, Contender] => [
    { name: bare, measure: async () => read(await send(setting, setting.bareUrl, kind)) },
    { name: OURS, measure: async () => read(await send(setting, setting.platform.orchestratorUrl, kind)) },
  ];
  const title = `GET ${READ_PATH}, 50 connections`;
  const notes = [
    'The client is one process for all contenders, on the same cores.',
    'Ours adds request ids, security headers, the policies, the check of the path, metrics, and the result and progress of the task.',
  ];
  return [
    {
      id: 'read-task',
      title,
      unit: 'requests/s',
      better: 'more',
      notes,
      contenders: contenders(({ perSecond }) => perSecond),
      bars: [{ of: OURS, against: bare, atLeast: 0.85 }],
    },
    {
      id: 'read-task-p99',
      title: `${title} (99th percentile)`,
      unit: 'ms',
      better: 'less',
      notes,
      contenders: contenders(({ times }) => percentile(times, 0.99)),
    },
  ];
}

/** Submits workflows for different infras, so that none waits for a lock. */
export function submissions(setting: Setting): Work {
  const bare = 'Express, a token verified with a KeyObject, group-committed insert with its event, addBulk';
  let series = 0;
  const submitting = (checkMode: boolean): Kind => ({
    method: 'POST',
    path: SUBMIT_PATH,
    body: JSON.stringify({ infra: `bench-${series++}-{n}`, settings: 'bench.ncl', check_mode: checkMode }),
    requests: SUBMISSIONS,
  });
  const contender = (name: string, url: string, checkMode: boolean): Contender => ({
    name,
    measure: async () => {
      await setting.endWaiting();
      return (await send(setting, url, submitting(checkMode))).perSecond;
    },
  });
  const { orchestratorUrl } = setting.platform;
  return {
    id: 'submit-workflow',
    title: `POST ${SUBMIT_PATH}, 50 connections`,
    unit: 'requests/s',
    better: 'more',
    contenders: [
      contender(bare, setting.bareUrl, false),
      contender(CHECKED, orchestratorUrl, true),
      contender(LOCKED, orchestratorUrl, false),
    ],
    bars: [CHECKED, LOCKED].map((of) => ({ of, against: bare, atLeast: 0.7 })),
    notes: [
      'No worker runs, so that running is no part of it; what waits is ended before each measurement.',
      'Ours keeps the decision and the grant with each submission; meanwhile the same cores bring decisions and audit records to the control center.',
    ],
  };
}

function send({ client, platform }: Setting, url: string, kind: Kind) {
  return client.run({ ...kind, url, token: platform.token });
}

async function submitOne({ platform: { orchestratorUrl, token } }: Setting): Promise<string> {
  const body = { infra: 'bench', settings: 'bench.ncl', check_mode: true };
  const { status, text } = await request(orchestratorUrl, 'POST', SUBMIT_PATH, body, token);
  if (status !== 200) throw new Error(`submitting was answered with ${status}: ${text}`);
  // Safe cast: the contract of the operation defines this answer.
  return (JSON.parse(text) as { data: string }).data;
}
