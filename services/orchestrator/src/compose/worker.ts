import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createRedis,
  jobMetrics,
  JobRunner,
  NotReady,
  poolMetrics,
  poolStateOf,
  probeRouter,
  startHttpServer,
  type RunningProcess,
} from '@provisioning/runtime';
import express from 'express';
import { Gauge } from 'prom-client';
import type { WorkerConfig } from '../config.js';
import { WORKER_COOKIE } from '../execution/cookies.js';
import { bootId } from '../execution/machine.js';
import { ExecutorSupervisor } from '../execution/executor-supervisor.js';
import type { ExecutorOptions } from '../execution/options.js';
import { killByCookie } from '../execution/processes.js';
import type { JobTelemetry } from '../jobs/telemetry.js';
import { WorkConsumer } from '../jobs/work-consumer.js';
import { createLedgerPool } from '../postgres/workers/ledger-pool.js';
import { PostgresMaintenanceStore } from '../postgres/workers/maintenance-store.js';
import { PostgresQueuedWorkStore } from '../postgres/workers/queued-work-store.js';
import { PostgresLedger } from '../postgres/workers/worker-ledger.js';
import { LeaseSweep } from '../domain/worker/lease-sweep.js';
import { openBase, type Base } from './resources.js';
import { VersionWatch } from './version-watch.js';
import { workerJobs, type WorkerJobParts } from './worker-jobs.js';

/** The time for a stop beyond the grace of commands, in milliseconds. */
const STOP_MARGIN_MS = 8_000;
const EXECUTOR = join(dirname(fileURLToPath(import.meta.url)), '../executor.js');
/** How often an executor polls Postgres, beside the wake-ups. With Redis, jobs of the queue make it look as well. */
const POLL_MS = { redis: 2_000, none: 1_000 };

/** Composes a worker: it takes jobs of the queue, keeps its executor running and requeues the tasks of lost workers. */
export async function startWorker(config: WorkerConfig, telemetry?: JobTelemetry): Promise<RunningProcess> {
  const base = openBase(config, `worker-${config.slot}`, 2, undefined, telemetry);
  const { log, resources, notifier } = base;
  try {
    const pool = createLedgerPool(config.databaseUrl, `worker-${config.slot}-ledger`, 2, (error) =>
      log.debug('a database connection broke', { error }),
    );
    resources.add('ledger', () => pool.end());
    const version = new VersionWatch(base.database, log);
    await version.refuseIfTooOld();
    const ledger = new PostgresLedger(pool);
    poolMetrics(base.registry, {
      main: () => poolStateOf(base.database),
      ledger: () => ({
        used: pool.totalCount - pool.idleCount,
        idle: pool.idleCount,
        waiting: pool.waitingCount,
      }),
    });
    const supervisor = new ExecutorSupervisor(EXECUTOR, executorOptions(config), ledger, {
      onReady: (ids) => notifier.notify(ids),
      onReplaced: () => {
        log.error(
          'another worker uses this slot: each worker of a machine must have a different WORKER_SLOT',
          {
            slot: config.slot,
          },
        );
        process.exit(1);
      },
      log,
    });
    const here = {
      host: hostname(),
      bootId: bootId(),
      endCommandsOf: async (workerId: string) =>
        (await killByCookie(WORKER_COOKIE, workerId)).left.length === 0,
    };
    const leaseSweep = new LeaseSweep(ledger, config.times, here, (ids) => notifier.notify(ids), log);

    let stopping = false;
    const probes = express().use(
      probeRouter({
        checks: {
          ...base.checks,
          executor: async () => {
            if (!supervisor.connected) throw new Error('no executor');
          },
          commands: async () => {
            if (!supervisor.ready) throw new NotReady(supervisor.fault ?? 'the executor is starting');
          },
        },
        registry: base.registry,
        metricsToken: config.metricsToken,
        isStopping: () => stopping,
      }),
    );
    const http = await startHttpServer(probes, {
      host: config.host,
      port: config.port,
      portVariable: 'WORKER_PORT',
      keepAliveSeconds: config.keepAliveSeconds,
    });
    resources.add('http', () => http.close());
    await supervisor.start();
    const drain = () => supervisor.drain(config.drainSeconds * 1000);
    resources.add('executor', () => supervisor.stop(config.drainSeconds * 1000));
    const queue = openQueue(config, base, supervisor, () => void jobs.wake('queue_follow'), telemetry);
    const jobs = new JobRunner(
      workerJobs({
        queue,
        leaseSweep,
        sweepSeconds: config.times.sweep,
        maintenance: new PostgresMaintenanceStore(base.database),
        periods: config.periods,
        supervisor,
        drain,
        version,
        log,
      }),
      { log, observer: jobMetrics(base.registry) },
    );
    jobs.start();
    // Stopped before the executor, so that an executor that drains is not replaced.
    resources.add('jobs', () => jobs.stop());
    gauges(base, supervisor);
    // The supervisor reports readiness when commands can be started; until then the probe reports the reason.
    await supervisor.untilReady();
    log.info('worker is ready', { url: http.url, slot: config.slot, limits: config.limits });
    return {
      url: http.url,
      log,
      stopWithinMs: config.drainSeconds * 1000 + STOP_MARGIN_MS,
      stop: () => {
        stopping = true;
        // First of all: what is closed before the executor takes time, in which it would claim.
        void drain();
        return resources.close(log);
      },
    };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

/** Takes jobs of the queue, where there is Redis. @param onTaken runs the job `queue_follow` */
function openQueue(
  config: WorkerConfig,
  { database, queue, log, resources }: Base,
  supervisor: ExecutorSupervisor,
  onTaken: () => void,
  telemetry: JobTelemetry | undefined,
): WorkerJobParts['queue'] {
  if (config.redisUrl === undefined || queue === undefined) return undefined;
  const redis = createRedis(config.redisUrl, 'consumer', log);
  const store = new PostgresQueuedWorkStore(database);
  const consumer = new WorkConsumer({
    redis,
    store,
    offer: () => supervisor.offer(),
    onTaken,
    telemetry,
    log,
  });
  resources.add('consumer', async () => {
    await consumer.close();
    redis.disconnect();
  });
  return { follow: () => consumer.look(), promote: () => queue.promote(store) };
}

function executorOptions(config: WorkerConfig): ExecutorOptions {
  return {
    databaseUrl: config.databaseUrl,
    socketPath: config.socketPath,
    stateDir: config.stateDir,
    logDir: config.logDir,
    slot: config.slot,
    limits: config.limits,
    programs: { provisioning: [config.provisioningCommand] },
    commands: config.batchCommands,
    driverHost: config.driverHost,
    secrets: config.secrets,
    commandUser: config.commandUser,
    commandEnvironment: config.commandEnvironment,
    providerEnvironment: config.providerEnvironment,
    pollMs: config.redisUrl === undefined ? POLL_MS.none : POLL_MS.redis,
    staleWorkSeconds: config.staleWorkSeconds,
    times: config.times,
    crashAt: config.crashAt,
  };
}

function gauges({ registry }: Base, supervisor: ExecutorSupervisor): void {
  new Gauge({
    name: 'orchestrator_worker_running_tasks',
    help: 'Tasks that run on this worker',
    registers: [registry],
    collect() {
      this.set(supervisor.running);
    },
  });
  new Gauge({
    name: 'orchestrator_worker_slots',
    help: 'Tasks that this worker may run at once',
    registers: [registry],
    collect() {
      this.set(supervisor.slots);
    },
  });
}
