import type { Api } from './api.js';

const command = (id: string, commands: string[], dependencies: string[] = []) => ({
  id,
  type: 'command_batch',
  dependencies,
  commands,
});

/** Fails in the middle, so that the console shows why, and what depends on it. */
const FAILING = {
  name: 'failing_release',
  parallel_limit: 3,
  operations: [
    command('build', ['echo Built release 42']),
    command('health_check', ['echo The new release does not answer', 'false'], ['build']),
    command('switch_traffic', ['echo Switched'], ['health_check']),
  ],
};
/** Holds the lock of its infra for an hour. */
const RUNNING = { name: 'long_maintenance', operations: [command('maintain', ['sleep 3600'])] };
/** Waits for {@link RUNNING}. */
const WAITING = { name: 'waiting_maintenance', operations: [command('maintain', ['sleep 1'])] };

const inInfra = (infra: string, batch: typeof FAILING | typeof RUNNING) => ({
  ...batch,
  operations: batch.operations.map((operation) => ({ ...operation, infra })),
});

/** Leaves something to look at: a checkpoint of the sample, a batch that fails, one that runs and one that waits for it. */
export async function leaveExamples(api: Pick<Api, 'executeBatch' | 'createCheckpoint'>): Promise<void> {
  await api.createCheckpoint({ name: 'after the sample', infras: ['demo'] });
  await api.executeBatch(inInfra('demo-release', FAILING));
  await api.executeBatch(inInfra('demo-maintenance', RUNNING));
  await api.executeBatch(inInfra('demo-maintenance', WAITING));
}
