import { percentile, type Work } from '../../compare.js';
import type { Platform } from '../../setting/platform.js';
import { request } from '../../setting/request.js';
import type { Load, LoadClient } from './load-client.js';

const READS = 6_000;
const SUBMISSIONS = 3_000;
const READ_PATH = '/tasks/{id}';
const SUBMIT_PATH = '/workflows/servers/create';

/** What the works have in common. */
export interface Setting {
  platform: Platform;
  /** Of the bare server. */
  bareUrl: string;
  client: LoadClient;
}

type Kind = Omit<Load, 'url' | 'token' | 'connections'>;

/** Reading one task, fifty at a time: how many a second, and the slowest hundredth. */
export async function reads(setting: Setting): Promise<Work[]> {
  const id = await submitOne(setting);
  const kind: Kind = { method: 'GET', path: `/tasks/${id}`, requests: READS };
  const bare = 'Express, a token verified with a KeyObject, one select by primary key';
  const measures = (read: (result: Awaited<ReturnType<LoadClient['run']>>) => number) =>
    [
      { name: bare, measure: async () => read(await send(setting, setting.bareUrl, kind)) },
      {
        name: 'ours, through the whole middleware',
        measure: async () => read(await send(setting, setting.platform.orchestratorUrl, kind)),
      },
    ] as const;
  return [
    {
      id: 'read-task',
      title: `GET ${READ_PATH}, 50 connections`,
      unit: 'requests/s',
      better: 'more',
      contenders: [...measures(({ perSecond }) => perSecond)],
    },
    {
      id: 'read-task-p99',
      title: `GET ${READ_PATH}, 50 connections (99th percentile)`,
      unit: 'ms',
      better: 'less',
      contenders: [...measures(({ times }) => percentile(times, 0.99))],
    },
  ];
}

/** Submitting a workflow, of which each changes an infra of its own: nobody waits in a line. */
export function submissions(setting: Setting): Work {
  let series = 0;
  const submitting = (checkMode: boolean): Kind => ({
    method: 'POST',
    path: SUBMIT_PATH,
    body: JSON.stringify({ infra: `bench-${series++}-{n}`, settings: 'bench.ncl', check_mode: checkMode }),
    requests: SUBMISSIONS,
  });
  const measured = (url: string, checkMode: boolean) => async () =>
    (await send(setting, url, submitting(checkMode))).perSecond;
  const { orchestratorUrl } = setting.platform;
  return {
    id: 'submit-workflow',
    title: `POST ${SUBMIT_PATH}, 50 connections`,
    unit: 'requests/s',
    better: 'more',
    contenders: [
      {
        name: 'Express, a token verified with a KeyObject, group-committed insert with its event, addBulk',
        measure: measured(setting.bareUrl, false),
      },
      { name: 'ours, check mode', measure: measured(orchestratorUrl, true) },
      { name: 'ours, with the lock on the infra', measure: measured(orchestratorUrl, false) },
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
  return (JSON.parse(text) as { data: string }).data;
}
