import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, temporaryFolder, waitFor } from '@provisioning/test-kit';

/** Whether Prometheus itself is installed on this machine. */
export const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;

/** A Prometheus that scrapes each second. */
export interface RunningPrometheus {
  /** @returns the number of series in the result of an instant query. @throws if it refuses the query */
  seriesOf(query: string): Promise<number>;
  stop(): Promise<void>;
}

/** @param targets by job: addresses as `host:port` */
export async function startPrometheus(
  targets: Readonly<Record<string, readonly string[]>>,
): Promise<RunningPrometheus> {
  const folder = await temporaryFolder('prometheus');
  const file = join(folder.path, 'prometheus.json');
  const scrape_configs = Object.entries(targets).map(([job_name, addresses]) => ({
    job_name,
    static_configs: [{ targets: addresses }],
  }));
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'] } },
  );
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await folder.remove();
  };
  const seriesOf = async (query: string) => {
    const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`, {
      headers: { Connection: 'close' },
    });
    const body = (await response.json()) as { error?: string; data?: { result: unknown[] } };
    if (!body.data) throw new Error(`${query}: ${body.error}`);
    return body.data.result.length;
  };
  try {
    await waitFor(async () => seriesOf('up').catch(() => 0), { what: 'the first scrape' });
    return { seriesOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The TCP port on which a process of this machine listens; undefined while it listens on none. */
export function listeningPort(pid: number): number | undefined {
  const folder = `/proc/${pid}/fd`;
  const sockets = new Set(
    readdirSync(folder).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(join(folder, fd)))?.[1] ?? []),
  );
  const LISTENING = '0A';
  for (const line of readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n')) {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state === LISTENING && sockets.has(inode)) return Number.parseInt(local.split(':')[1] ?? '', 16);
  }
  return undefined;
}
