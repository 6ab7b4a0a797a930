import { parseArgs } from 'node:util';

/** The options of a load test. */
export interface LoadOptions {
  seconds: number;
  clients: number;
  /** Of a platform that already runs; undefined: one is started, and ended afterwards. */
  target:
    { orchestratorUrl: string; controlCenterUrl: string; username: string; password: string } | undefined;
  /** Folder for the report. */
  out: string;
}

export const USAGE = `npm run test:load [-- options]

  --seconds N            how long (1 to 600; 20 where absent)
  --clients N            requests at once (1 to 256; 16 where absent)
  --out FOLDER           where the report goes (.data/load)
  --url URL              an orchestrator that runs already; without it, a platform of its own is started
  --control-center URL   where to sign in there
  --username NAME        (admin); the password is taken from LOAD_PASSWORD

At a platform that runs already, workflows are submitted in check mode and batches are left out: nothing is changed.`;

/** @throws Error in a sentence for an invalid combination or value */
export function readOptions(args: readonly string[], password: string | undefined): LoadOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, clients: text, out: text, url: text, 'control-center': text, username: text },
  });
  const { url, 'control-center': controlCenterUrl } = values;
  if ((url === undefined) !== (controlCenterUrl === undefined))
    throw new Error('--url and --control-center go together');
  if (url !== undefined && password === undefined)
    throw new Error('LOAD_PASSWORD must hold the password to sign in with at --control-center');
  return {
    seconds: count('seconds', values.seconds ?? '20', 600),
    clients: count('clients', values.clients ?? '16', 256),
    out: values.out ?? '.data/load',
    target:
      url === undefined || controlCenterUrl === undefined
        ? undefined
        : {
            orchestratorUrl: url.replace(/\/$/, ''),
            controlCenterUrl: controlCenterUrl.replace(/\/$/, ''),
            username: values.username ?? 'admin',
            password: password ?? '',
          },
  };
}

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name} takes a whole number from 1 to ${most}, not ${text}`);
  return value;
}
