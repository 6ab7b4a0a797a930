import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';

/** Records journal entries of one attempt. Bindings: task, attempt, worker, entries. Its column `accepted` is the answer. */
export const RECORD_CHANGES = `
  select (record_changes_together(array[worker], array[task], array[attempt], array[entries]))[1] as accepted
    from (values (?::uuid, ?::int, ?::uuid, ?::jsonb)) as called (task, attempt, worker, entries)`;

/** The engine's functions, called as executors call them, without an executor. */
export function engineFunctions(database: Knex) {
  return {
    async register(leaseSeconds = 600): Promise<string> {
      const [row] = await rowsOf<{ id: string }>(
        database,
        `insert into workers (id, host, boot_id, slot, pid, state, lease_until)
         values (gen_random_uuid(), 'elsewhere', 'b', 9, 1, 'alive', now() + make_interval(secs => ?)) returning id`,
        [leaseSeconds],
      );
      return row!.id;
    },
    /** @returns the attempt */
    async claim(task: string, worker: string): Promise<number | undefined> {
      const [row] = await rowsOf<{ tasks: { attempt: number }[] }>(
        database,
        'select claim_tasks(array[?::uuid], ?) as tasks',
        [task, worker],
      );
      return row?.tasks[0]?.attempt;
    },
    async finish(
      task: string,
      attempt: number,
      worker: string,
      status: 'Completed' | 'Failed' | 'Cancelled',
      { permanent = false, data = {} }: { permanent?: boolean; data?: object } = {},
    ): Promise<string> {
      const [row] = await rowsOf<{ outcome: string }>(
        database,
        `select outcomes[1] as outcome from work_round(:worker, '{"commands":0,"operations":0,"total":0}', jsonb_build_array(
           jsonb_build_object(
             'task_id', :task::text, 'attempt', :attempt::int, 'result_id', md5(:task::text || :attempt)::uuid,
             'status', :status::text, 'permanent', :permanent::boolean, 'exit_code', 0, 'error', :error::text, 'output', '',
             'data', :data::jsonb, 'evidence', jsonb_build_object())))`,
        {
          task,
          attempt,
          worker,
          status,
          permanent,
          error: status === 'Failed' ? 'it failed' : null,
          data: JSON.stringify(data),
        },
      );
      return row!.outcome;
    },
    /** A round without results. @returns the tasks that it claimed */
    async round(worker: string): Promise<string[]> {
      const [row] = await rowsOf<{ claimed: { id: string }[] }>(
        database,
        `select claimed from work_round(?, '{"commands":9,"operations":9,"total":9}', '[]')`,
        [worker],
      );
      return row!.claimed.map(({ id }) => id);
    },
    async lose(task: string, attempt: number, worker: string): Promise<void> {
      await rowsOf(database, 'select report_lost_attempt(?, ?, ?, ?, true)', [task, attempt, worker, 'lost']);
    },
    async release(worker: string, planned = false): Promise<void> {
      await rowsOf(database, 'select release_worker(?, ?, ?, false)', [worker, 'lost', planned]);
    },
    /** Lets the time until the next attempt pass. */
    async wake(task: string): Promise<void> {
      await rowsOf(database, `update tasks set run_after = now() where id = ? and status = 'RetryWait'`, [
        task,
      ]);
      await rowsOf(database, 'select promote_due_retries()');
    },
    async heartbeat(worker: string): Promise<unknown> {
      const [row] = await rowsOf<{ mine: unknown }>(database, `select heartbeat(?, '12 s') as mine`, [
        worker,
      ]);
      return row?.mine;
    },
  };
}
