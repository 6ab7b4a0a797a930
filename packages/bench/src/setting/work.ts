import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { throughputOf } from '../compare.js';
import type { Platform } from './platform.js';
import { request } from './request.js';

/** The interval of the checks whether something has ended. They read one key in Postgres, so that they cost little. */
const LOOK_MS = 20;
/** For many operations, so that the checks do not count as their cost. */
const LOOK_FOR_MANY_MS = 250;
const WITHIN_MS = 300_000;
/** Requests in flight. */
const AT_ONCE = 16;

/** The size and the limits of a batch. */
export interface BatchOptions {
  operations: number;
  parallelLimit: number;
  /** The name of an operation's server; the provider `noop` obeys names (`slow-50-…` takes 50 ms). */
  nameOf?: (index: number) => string;
}

/** A separate pool of the benchmark: small, and identifiable in pg_stat_activity. */
export function poolOf({ databaseUrl }: Platform): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    options: '-c search_path=orchestrator',
    application_name: 'bench',
  });
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Runs a batch of independent operations to its end, each about one server of the provider that does nothing. @returns the
 * seconds from its start to its end, according to Postgres.
 * @throws if not all of it was done
 */
export async function runBatch(
  { orchestratorUrl, token }: Platform,
  pool: pg.Pool,
  { operations, parallelLimit, nameOf = (index) => `web-${index}` }: BatchOptions,
): Promise<number> {
  const infra = `bench-${uuidv7()}`;
  const { status, text } = await request(
    orchestratorUrl,
    'POST',
    '/batch/execute',
    {
      name: 'bench',
      parallel_limit: parallelLimit,
      operations: Array.from({ length: operations }, (_, index) => ({
        id: `op-${index}`,
        type: 'server_batch',
        provider: 'noop',
        infra,
        server_configs: [{ name: nameOf(index), plan: 'small', zone: 'a' }],
      })),
    },
    token,
  );
  if (status !== 200) throw new Error(`a batch was answered with ${status}: ${text}`);
  // Safe cast: the contract of the operation defines this answer.
  const { batch_id: id } = (JSON.parse(text) as { data: { batch_id: string } }).data;
  const ended = await endOf(pool, id);
  if (ended.status !== 'Completed') throw new Error(`a batch has ended as ${ended.status}: ${ended.error}`);
  return ended.seconds;
}

/**
 * Workflows that run the configured command once each, to their end.
 * @throws if not all of it was done
 */
export async function runCommands(
  { orchestratorUrl, token }: Platform,
  pool: pg.Pool,
  count: number,
): Promise<void> {
  const ids: string[] = [];
  await throughputOf(count, AT_ONCE, async (index) => {
    // So many infras that each has few of the workflows.
    const body = { infra: `bench-${index % 64}`, settings: 'config.ncl', check_mode: false, wait: false };
    const { status, text } = await request(orchestratorUrl, 'POST', '/workflows/servers/create', body, token);
    if (status !== 200) throw new Error(`a workflow was answered with ${status}: ${text}`);
    // Safe cast: the contract of the operation defines this answer.
    ids.push((JSON.parse(text) as { data: string }).data);
  });
  for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(LOOK_FOR_MANY_MS)) {
    const { rows } = await pool.query<{ open: string; failed: string }>(
      `select count(*) filter (where completed_at is null) as open,
              count(*) filter (where completed_at is not null and status <> 'Completed') as failed
         from tasks where id = any ($1)`,
      [ids],
    );
    if (Number(rows[0]!.failed) > 0)
      throw new Error(`${rows[0]!.failed} of ${count} workflows have not completed`);
    if (rows[0]!.open === '0') return;
  }
  throw new Error(`${count} workflows have not ended within ${WITHIN_MS / 1000} s`);
}

async function endOf(pool: pg.Pool, id: string) {
  for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(LOOK_MS)) {
    const { rows } = await pool.query<{ status: string; error: string | null; seconds: number }>({
      name: 'end-of-batch',
      text: `select status, error, extract(epoch from completed_at - started_at)::float8 as seconds from batches
              where id = $1 and completed_at is not null`,
      values: [id],
    });
    if (rows[0]) return rows[0];
  }
  throw new Error(`the batch ${id} has not ended within ${WITHIN_MS / 1000} s`);
}
