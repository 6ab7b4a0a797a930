import type { Queue } from 'bullmq';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** Tables with the same columns, defaults and indexes as those of the platform. */
export const BARE_TABLES = `
  create schema bare;
  create table bare.tasks (like orchestrator.tasks including defaults including indexes);
  create table bare.events (like orchestrator.events including defaults including indexes);`;

const INSERT = `
  with stored as (
    insert into bare.tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, idempotency_key,
                            ready_at, created_by, created_by_name, request_id)
    select id, 'workflow', 'create_servers', 'Ready', infra, check_mode, 'provisioning', '{servers,create}',
           array['--infra', infra, '--settings', settings], 3, id, now(), created_by, created_by_name, id::text
      from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::uuid[], $6::text[])
        as new (id, infra, settings, check_mode, created_by, created_by_name)
    returning id)
  insert into bare.events (task_id, attempt, type, status) select id, 0, 'submitted', 'Ready' from stored`;

interface Item {
  values: readonly unknown[];
  resolve: (id: string) => void;
  reject: (error: unknown) => void;
}

/** Stores requests that arrive during a flush with the next one: one statement, then one addBulk, then the answers. */
export function bareWriter(pool: pg.Pool, queue: Queue) {
  let waiting: Item[] = [];
  let writing = false;
  const flush = async (items: Item[]) => {
    const columns = [0, 1, 2, 3, 4, 5].map((column) => items.map(({ values }) => values[column]));
    await pool.query({ name: 'submit', text: INSERT, values: columns });
    // Safe cast: the first column is that of the ids.
    const ids = columns[0] as string[];
    await queue.addBulk(ids.map((id) => ({ name: 'run', data: { id }, opts: { removeOnComplete: true } })));
  };
  const run = async () => {
    writing = true;
    await Promise.resolve();
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      try {
        await flush(items);
        // Safe cast: the first value is the id.
        for (const { resolve, values } of items) resolve(values[0] as string);
      } catch (error) {
        for (const { reject } of items) reject(error);
      }
    }
    writing = false;
  };
  return (body: object, user: { id: string; username: string }): Promise<string> =>
    new Promise((resolve, reject) => {
      // Safe cast: the benchmark sends an object.
      const { infra, settings, check_mode = false } = body as Record<string, unknown>;
      waiting.push({
        values: [uuidv7(), infra, settings, check_mode, user.id, user.username],
        resolve,
        reject,
      });
      if (!writing) void run();
    });
}
