import { createLocalDriver, fullName, KINDS } from '@provisioning/provisioner';
import { FakeUpcloud } from '../../../../packages/provisioner/test/conformance/fake-upcloud.js';

/** The real state of the cloud, seen without the platform. */
export interface Cloud {
  provider: string;
  plans: readonly [string, string];
  zones: readonly [string, string];
  /** The resources of an infra, described without ids and times. */
  picture(infra: string): Promise<string[]>;
  /** Removes a server without the platform. */
  takeAway(infra: string, server: string): Promise<void>;
  /** Makes a call between the platform and the provider fail. */
  disturb(): void;
  close(): Promise<void>;
}

/** The records of the local driver: files, which survive the death of a process. */
export function localCloud(dataDir: string): Cloud {
  const { resources } = createLocalDriver(dataDir);
  return {
    provider: 'local',
    plans: ['small', 'large'],
    zones: ['de-fra1', 'us-nyc1'],
    async picture(infra) {
      const lists = await Promise.all(
        KINDS.map(async (kind) => {
          const things = await resources[kind].list(infra);
          return things.map((thing) => `${kind} ${fullName(thing)} ${described(thing)}`);
        }),
      );
      return lists.flat().sort();
    },
    async takeAway(infra, server) {
      const found = await resources.server.read(infra, server);
      if (found) await resources.server.destroy(found, { idempotencyKey: `taken ${found.id}` });
    },
    disturb() {},
    close: () => Promise.resolve(),
  };
}

/** UpCloud's HTTP API, simulated in this process. */
export async function upcloud(): Promise<Cloud & { env: Record<string, string> }> {
  const fake = await FakeUpcloud.start();
  const { account } = fake;
  const labelsOf = ({ labels }: (typeof account.servers)[number]) =>
    Object.fromEntries(labels.map(({ key, value }) => [key, value]));
  const serversOf = (infra: string) =>
    account.servers.filter((server) => labelsOf(server)['provisioning-infra'] === infra);
  let disturbances = 0;
  return {
    env: { ...fake.env, UPCLOUD_POLL_SECONDS: '0.01' },
    provider: 'upcloud',
    plans: ['1xCPU-2GB', '2xCPU-4GB'],
    zones: ['de-fra1', 'us-nyc1'],
    async picture(infra) {
      return serversOf(infra)
        .map((server) => {
          // Not the size of a disk that came with a plan: it was not requested, and it cannot shrink.
          const { hostname, plan, zone, state } = server;
          const asked = Object.entries(labelsOf(server)).filter(
            ([key]) => !/^provisioning-(key|changed-at|restores-\d+)$/.test(key),
          );
          return `${hostname} ${JSON.stringify({ plan, zone, state, asked: asked.sort() })}`;
        })
        .sort();
    },
    async takeAway(infra, name) {
      for (const { uuid, hostname } of serversOf(infra)) if (hostname === name) account.vanish(uuid);
    },
    disturb() {
      const troubles = [
        () => fake.trouble({ method: 'POST', how: 'cut after' }),
        () => fake.trouble({ method: 'DELETE', how: 'cut after' }),
        () => fake.trouble({ how: { status: 503 } }),
        () => fake.trouble({ how: { status: 429, headers: { 'Retry-After': '0' } } }),
        () => void (account.hideFor = 2),
      ];
      troubles[disturbances++ % troubles.length]?.();
    },
    close: () => fake.close(),
  };
}

const GAINED = new Set(['id', 'made_at', 'changed_at', 'restores', 'ip', 'state', 'description']);

function described(thing: object): string {
  const asked = Object.entries(thing).filter(([member]) => !GAINED.has(member));
  return JSON.stringify(Object.fromEntries(asked.sort()));
}
