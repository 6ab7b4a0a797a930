import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@provisioning/test-kit';
import { Definitions } from '../../src/definitions/index.js';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.js';
import type { Host } from '../../src/drivers/ssh/hosts-file.js';
import type { DesiredServer, Driver, Server } from '../../src/index.js';
import { Connections } from '../../src/ssh/connections.js';
import { shown, type SshConfig, type SshRunner, type SshTarget } from '../../src/ssh/index.js';
import type { Timing } from '../../src/ssh/timing.js';
import type { Bench } from './bench.js';

const ROOT = '/var/lib/provisioning';
const INFRA = 'production';

/** Hosts that can be claimed, on one machine: each has a folder in place of its root. */
export interface HostsOfOneMachine {
  targets: readonly (SshTarget & { folder: string })[];
  config: SshConfig;
  faults?: Bench['faults'];
  /** Called before a new driver is tested. */
  calm?: () => void;
  stop(): Promise<void>;
}

export const FAST: Partial<Timing> = { connectMs: 2_000, tickMs: 200, silenceMs: 2_000, graceMs: 500 };

export function poolHost(target: SshTarget, more: Partial<Host> = {}): Host {
  const own = { name: null, infra: null, plan: null, zone: null, image: null, storage_gb: null, labels: {} };
  return { shown: shown(target), target, ...own, ...more };
}

/** A runner whose scripts use the folder of a host in place of the root. */
export function rootless(runner: SshRunner, { targets }: Pick<HostsOfOneMachine, 'targets'>): SshRunner {
  return {
    run: (target, script, context) => {
      const { folder } = targets.find((one) => shown(one) === shown(target))!;
      const placed = (text: string) => text.replaceAll(ROOT, join(folder, 'root'));
      const environment = Object.fromEntries(
        Object.entries(script.environment).map(([name, value]) => [name, placed(value)]),
      );
      return runner.run(target, { ...script, text: placed(script.text), environment }, context);
    },
    close: () => runner.close(),
  };
}

export async function openSshBench(start: (folder: string) => Promise<HostsOfOneMachine>): Promise<Bench> {
  const folder = await temporaryFolder('ssh');
  const machine = await start(folder.path);
  const runners: SshRunner[] = [];
  const records = machine.targets.map((target) => join(target.folder, 'root/server.json'));
  return {
    infra: INFRA,
    driver: async (): Promise<Driver> => {
      machine.calm?.();
      const runner = Connections.open(machine.config, FAST);
      runners.push(runner);
      return createSshDriver({
        hosts: async () => machine.targets.map((target) => poolHost(target)),
        runner: rootless(runner, machine),
        serversAtOnce: 10,
        definitions: new Definitions(join(folder.path, 'definitions')),
        install: {},
      });
    },
    desired: (name): DesiredServer => ({
      infra: INFRA,
      name,
      plan: '1xCPU-1GB',
      zone: 'rack-1',
      provider: 'ssh',
      image: null,
      labels: { role: 'web', note: 'it\'s "quoted" \\ $HOME' },
      storage_gb: 10,
    }),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4GB', labels: { role: 'api' } }),
    reality: async () => {
      const texts = await Promise.all(records.map((path) => readFile(path, 'utf8').catch(() => null)));
      return texts
        .filter((text) => text !== null)
        .map((text) => JSON.parse(text) as Server)
        .filter(({ infra }) => infra === INFRA)
        .map(({ name }) => name)
        .sort();
    },
    vanish: async ({ id }) => {
      for (const path of records) {
        const text = await readFile(path, 'utf8').catch(() => '');
        if (text.includes(id)) await rm(path);
      }
    },
    // Hosts cannot be stopped by a user.
    turn: {},
    impossible: null,
    faults: machine.faults ?? {},
    cancelAfterMs: 60,
    close: async () => {
      for (const runner of runners) await runner.close();
      await machine.stop();
      await folder.remove();
    },
  };
}
