import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@provisioning/embedded';
import pg from 'pg';
import type { Absent } from '../../compare.js';
import { node22, type Node } from '../../peers/node-22.js';
import { Peer, type PeerName } from '../../peers/peer.js';
import { postmasterOf, processorTimes, type ProcessorTimes } from '../../setting/processor-time.js';

const PACKAGES: Record<PeerName, { title: string; module: string; newNode: boolean }> = {
  bullmq: { title: 'bare BullMQ', module: 'bullmq', newNode: false },
  'graphile-worker': { title: 'graphile-worker', module: 'graphile-worker', newNode: true },
  'pg-boss': { title: 'pg-boss', module: 'pg-boss', newNode: true },
  dbos: { title: 'DBOS', module: '@dbos-inc/dbos-sdk', newNode: false },
  openworkflow: { title: 'openworkflow', module: 'openworkflow', newNode: false },
};

/** The other engines, each with a separate database on one Postgres and one Redis, started like the platform. */
export interface Peers {
  all: Partial<Record<PeerName, Peer>>;
  /** The name of each in the report, with its version and the Node.js that runs it. */
  names: Record<PeerName, string>;
  absent: Absent[];
  /** Processor time so far of a peer's processes, its Postgres and its Redis. Both servers are idle but for the peer that runs. */
  processorTimes(peer: Peer): Promise<ProcessorTimes>;
  stop(): Promise<void>;
}

/** Starts a Postgres and a Redis for the other engines. They end with `stop`. */
export async function startPeers(): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-peers-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (let each = undo.pop(); each; each = undo.pop()) await each();
  };
  try {
    const quiet = { dataDir: folder, log: () => undefined };
    const postgres = await startPostgres(quiet);
    undo.push(() => postgres.stop());
    const redis = await startRedis(quiet);
    if (redis === null) throw new Error('There is neither redis-server nor valkey-server on PATH.');
    undo.push(() => redis.stop());

    const pool = new pg.Pool({ connectionString: postgres.url, max: 1, application_name: 'bench' });
    pool.on('error', () => undefined);
    undo.push(() => pool.end());
    const postmaster = await postmasterOf(pool);
    const times = (peer: Peer) => {
      const roots = peer.processes.map((pid) => ({ label: 'the peer', pid }));
      return processorTimes([...roots, { label: 'Redis', pid: redis.pid }], { pool, pid: postmaster });
    };

    const versions = await pinnedVersions();
    const ours: Node = { path: process.execPath, version: process.versions.node };
    const newer = node22();
    const names: Partial<Record<PeerName, string>> = {};
    const all: Partial<Record<PeerName, Peer>> = {};
    const absent: Absent[] = [];
    // Safe cast: the keys of the table are the names.
    for (const [name, { title, module, newNode }] of Object.entries(PACKAGES) as [
      PeerName,
      (typeof PACKAGES)[PeerName],
    ][]) {
      const node = newNode ? newer : ours;
      names[name] = `${title} ${versions[module]}${node ? ` (Node ${node.version.split('.')[0]})` : ''}`;
      if (node === undefined) {
        absent.push({
          contender: names[name],
          why: 'it wants Node.js 22, which npm has none of for this machine',
        });
        continue;
      }
      const databaseUrl = await newDatabase(postgres.url, name);
      const peer = await Peer.start(name, { databaseUrl, redisUrl: redis.url }, node.path);
      undo.push(() => peer.stop());
      all[name] = peer;
    }
    // Safe cast: the loop has set each name.
    return { all, names: names as Record<PeerName, string>, absent, processorTimes: times, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function pinnedVersions(): Promise<Record<string, string>> {
  const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  // Safe cast: the manifest of this package.
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies;
}

async function newDatabase(server: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
