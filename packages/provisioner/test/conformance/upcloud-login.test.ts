import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverSet, type DesiredTaskserv } from '../../src/drivers/index.js';
import { upcloudPlugin } from '../../src/drivers/upcloud/index.js';
import { DriverError, type Driver } from '../../src/index.js';
import type { SshTarget } from '../../src/ssh/index.js';
import { runBy } from '../definitions/run-script.js';
import { actions } from './bench.js';
import { FakeUpcloud } from './fake-upcloud.js';
import { driverFor, wanted } from './upcloud-bench.js';
import { newKeys } from '../ssh/keys.js';

const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };
const taskserv: DesiredTaskserv = {
  infra: 'production',
  server: 'web-01',
  name: 'hello',
  provider: 'upcloud',
  version: null,
  attributes: {},
};

describe('a task service on servers at UpCloud', () => {
  let fake: FakeUpcloud;
  let folder: TemporaryFolder;
  let driver: Driver;
  let reached: SshTarget[];
  let reachable: boolean;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    folder = await temporaryFolder('upcloud');
    const definition = join(folder.path, 'definitions/taskservs/hello');
    await mkdir(definition, { recursive: true });
    await writeFile(
      join(definition, 'definition.toml'),
      'name = "hello"\ndescription = "Hello."\norder = 50\n',
    );
    const file = join(folder.path, 'installed');
    const scripts = {
      check: `[ -e ${file} ] && report_version 1.0`,
      install: `touch ${file}`,
      remove: `rm ${file}`,
    };
    for (const [name, text] of Object.entries(scripts)) await writeFile(join(definition, name), text);
    reached = [];
    reachable = true;
    const bash = runBy(() => ['bash', '-s'], 'SIGTERM');
    const login = {
      publicKey: 'ssh-ed25519 AAAA',
      runner: {
        run: async (
          target: SshTarget,
          ...script: [Parameters<typeof bash>[1], Parameters<typeof bash>[2]]
        ) => {
          reached.push(target);
          if (!reachable) throw new DriverError('It does not answer.');
          const [server] = await driver.resources.server.list('production');
          return bash(server!, ...script);
        },
      },
    };
    driver = driverFor(fake, {
      login,
      definitions: join(folder.path, 'definitions'),
      install: { root: join(folder.path, 'root'), cache: join(folder.path, 'cache') },
    });
  });
  afterEach(async () => {
    await fake.close();
    await folder.remove();
  });

  it('is installed over SSH, recalled by its key, and destroyed with its server', async () => {
    const { resource: server } = await driver.resources.server.create(wanted('web-01'), A);
    await driver.resources.taskserv.create(taskserv, A);
    expect(reached[0]).toEqual({ host: '203.0.113.7', user: 'root', alias: server.id });
    expect(actions(await driver.recall('production', 'key-a'))).toEqual([
      'created server web-01',
      'created taskserv hello',
    ]);
    expect(actions(await driver.resources.server.destroy(server, B))).toEqual([
      'destroyed taskserv hello',
      'destroyed server web-01',
    ]);
  });

  it.each(['cannot be reached', 'is stopped'])('is not read if its server %s', async (how) => {
    const { resource: server } = await driver.resources.server.create(wanted('web-01'), A);
    await driver.resources.taskserv.create(taskserv, A);
    if (how === 'stands still') fake.account.servers[0]!.state = 'stopped';
    reachable = false;
    expect(actions(await driver.resources.server.destroy(server, B))).toEqual(['destroyed server web-01']);
    expect(fake.account.servers).toEqual([]);
  });
});

describe('the upcloud driver of a process', () => {
  let fake: FakeUpcloud;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    fake = await FakeUpcloud.start();
    folder = await temporaryFolder('upcloud');
  });
  afterEach(async () => {
    await fake.close();
    await folder.remove();
  });

  const open = (env: Record<string, string>) =>
    DriverSet.open({ dataDir: folder.path, workspace: folder.path, env, production: true }, [upcloudPlugin]);

  it('exists with credentials, and names the variable for the missing SSH key', async () => {
    const driver = (await open(fake.env)).for('upcloud');
    expect(await driver.resources.server.list('production')).toEqual([]);
    expect(driver.run).toBeUndefined();
    await expect(driver.resources.taskserv.create(taskserv, A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('Set PROVISIONING_SSH_KEY_FILE'),
    });
  });

  it('logs in with the configured key', async () => {
    const keyFile = join(folder.path, 'id_ed25519');
    const pair = newKeys();
    await writeFile(keyFile, pair.private, { mode: 0o600 });
    const driver = (await open({ ...fake.env, PROVISIONING_SSH_KEY_FILE: keyFile })).for('upcloud');
    expect(driver.run).toBeInstanceOf(Function);
    fake.trouble({ method: 'POST', how: { status: 402 } });
    await expect(driver.resources.server.create(wanted('web-01'), A)).rejects.toMatchObject({
      permanent: true,
    });
    const order = fake.requests.find(({ method }) => method === 'POST')?.body;
    expect(order).toMatchObject({ server: { login_user: { ssh_keys: { ssh_key: [pair.public.trim()] } } } });
  });

  it('names the variables to set if it is not configured', async () => {
    const drivers = await open({ UPCLOUD_USERNAME: 'me' });
    expect(() => drivers.for('upcloud')).toThrow('(set UPCLOUD_TOKEN, or UPCLOUD_PASSWORD)');
  });
});
