import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import ssh2 from 'ssh2';
import { awsPlugin } from '../../src/drivers/aws/index.js';
import { DriverSet, type DesiredTaskserv } from '../../src/drivers/index.js';
import type { DriverPlugin } from '../../src/drivers/plugin.js';
import { DriverError, type Driver } from '../../src/index.js';
import { applyOperation } from '../../src/operations/index.js';
import type { SshRunner, SshTarget } from '../../src/ssh/index.js';
import { runBy } from '../definitions/run-script.js';
import { driverFor, publicKey, wanted, type DriverOptions } from './aws-bench.js';
import { actions } from './bench.js';
import { FakeEc2 } from './fake-ec2.js';
import { newKeys } from '../ssh/keys.js';

// From the first client on, because the SDK warns once.
const warning = jest.spyOn(process, 'emitWarning');
const A = { idempotencyKey: 'key-a' };
const B = { idempotencyKey: 'key-b' };
const taskserv: DesiredTaskserv = {
  infra: 'production',
  server: 'web-01',
  name: 'hello',
  provider: 'aws',
  version: null,
  attributes: {},
};
const nothing = { text: 'true', environment: {}, timeoutSeconds: 5 };

describe('a task service on servers at AWS', () => {
  let fake: FakeEc2;
  let folder: TemporaryFolder;
  let reached: SshTarget[];
  let reachable: boolean;
  let answering: (target: SshTarget) => boolean;
  let open: (more?: Partial<DriverOptions>) => Driver;
  let driver: Driver;
  beforeEach(async () => {
    fake = await FakeEc2.start();
    folder = await temporaryFolder('aws');
    const definition = join(folder.path, 'definitions/taskservs/hello');
    await mkdir(definition, { recursive: true });
    const file = join(folder.path, 'installed');
    const files = {
      'definition.toml': 'name = "hello"\ndescription = "Hello."\norder = 50\n',
      check: `[ -e ${file} ] && report_version 1.0`,
      install: `touch ${file}`,
      remove: `rm ${file}`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(definition, name), text);
    reached = [];
    reachable = true;
    answering = () => true;
    const bash = runBy(() => ['bash', '-s'], 'SIGTERM');
    const run: SshRunner['run'] = async (target, script, context) => {
      reached.push(target);
      if (!reachable) throw new DriverError('It does not answer.');
      if (!answering(target)) {
        await once(context.signal!, 'abort');
        context.signal!.throwIfAborted();
      }
      const [server] = await driver.resources.server.list('production');
      return bash(server!, script, context);
    };
    open = (more = {}) =>
      driverFor(fake, {
        login: { publicKey, runner: { run } },
        definitions: join(folder.path, 'definitions'),
        install: { root: join(folder.path, 'root'), cache: join(folder.path, 'cache') },
        ...more,
      });
    driver = open();
  });
  afterEach(async () => {
    await fake.close();
    await folder.remove();
  });

  it('is installed over SSH, recalled by its key, and destroyed with its server', async () => {
    const { resource: server } = await driver.resources.server.create(wanted('web-01'), A);
    await driver.resources.taskserv.create(taskserv, A);
    expect(reached[0]).toEqual({ host: server.ip, user: 'admin', alias: server.id });
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
    if (how === 'stands still') fake.region().instances[0]!.turn('stopped');
    reachable = false;
    expect(actions(await driver.resources.server.destroy(server, B))).toEqual(['destroyed server web-01']);
    expect(fake.region().living()).toEqual([]);
  });

  it('is installed by the image’s user, even if another process read the server', async () => {
    const image = 'ubuntu/images/hvm-ssd/ubuntu-noble';
    const { resource: server } = await driver.resources.server.create(wanted('web-01', { image }), A);
    await driver.run?.(server, nothing, B);
    // From a journal or another process.
    await open().run?.({ ...server }, nothing, B);
    await open({ env: { AWS_LOGIN_USER: 'deploy' } }).run?.({ ...server }, nothing, B);
    expect(reached.map(({ user }) => user)).toEqual(['ubuntu', 'ubuntu', 'deploy']);
  });

  it('is not read for operations on servers only', async () => {
    await driver.resources.server.create(wanted('web-01'), A);
    reachable = false;
    const operation = {
      id: 'op',
      type: 'server_batch',
      provider: 'aws',
      server_configs: [wanted('web-01'), wanted('web-02')].map(({ name, plan, zone }) => ({
        name,
        plan,
        zone,
      })),
    } as const;
    const plugin: DriverPlugin = {
      provider: 'aws',
      variables: [],
      required: [['AWS_REGION']],
      create: () => Promise.resolve(driver),
    };
    const where = { dataDir: folder.path, workspace: folder.path, env: fake.env, production: true };
    const drivers = await DriverSet.open(where, [plugin]);
    const outcome = await applyOperation(operation, {
      drivers,
      infra: 'production',
      idempotencyKey: 'key-c',
      check: false,
      signal: new AbortController().signal,
      reporter: { report: () => {}, intend: () => Promise.resolve() },
      log: () => {},
    });
    expect(outcome.outcome).toBe('completed');
    expect(reached).toEqual([]);
  });

  it('is unknown on a server that does not answer in time, and known on all others', async () => {
    const { resource: server } = await driver.resources.server.create(wanted('web-01'), A);
    await driver.resources.taskserv.create(taskserv, A);
    await driver.resources.server.create(wanted('web-02'), A);
    answering = ({ alias }) => alias === server.id;
    const asking = open({ install: { root: join(folder.path, 'root'), answerMs: 500 } });
    expect(await asking.resources.taskserv.survey!('production')).toMatchObject({
      found: [{ server: 'web-01', name: 'hello' }],
      silent: [{ server: 'web-02', reason: 'Server web-02 did not answer within 0.5 seconds.' }],
    });
    expect(
      await asking.resources.taskserv.readAll!('production', ['web-01/hello', 'web-02/hello', 'gone/hello']),
    ).toMatchObject({
      found: [{ server: 'web-01', name: 'hello' }],
      silent: [{ server: 'web-02' }],
    });
    await expect(asking.recall('production', 'key-a')).rejects.toThrow('did not answer');
    const silent: string[] = [];
    const recalled = await asking.recall('production', 'key-a', {
      onSilence: (silence) => void silent.push(silence.server ?? ''),
    });
    expect(actions(recalled)).toContain('created taskserv hello');
    expect(new Set(silent)).toEqual(new Set(['web-02']));
  });

  it('waits for an address', async () => {
    const { resource: server } = await driver.resources.server.create(wanted('web-01'), A);
    await expect(driver.run?.({ ...server, ip: null }, nothing, B)).rejects.toMatchObject({
      name: 'DriverError',
      permanent: false,
      message: expect.stringContaining('no address'),
    });
  });
});

describe('the aws driver of a process', () => {
  let fake: FakeEc2;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    fake = await FakeEc2.start();
    folder = await temporaryFolder('aws');
  });
  afterEach(async () => {
    await fake.close();
    await folder.remove();
  });

  const open = (env: Record<string, string>) =>
    DriverSet.open({ dataDir: folder.path, workspace: folder.path, env, production: true }, [awsPlugin]);

  it('exists with credentials, and names the variable for the missing SSH key', async () => {
    const driver = (await open(fake.env)).for('aws');
    expect(await driver.resources.server.list('production')).toEqual([]);
    expect(driver.run).toBeUndefined();
    await expect(driver.resources.taskserv.create(taskserv, A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('Set PROVISIONING_SSH_KEY_FILE'),
    });
  });

  it('installs the configured key on servers', async () => {
    const keyFile = join(folder.path, 'id_ed25519');
    const pair = newKeys();
    await writeFile(keyFile, pair.private, { mode: 0o600 });
    const driver = (await open({ ...fake.env, PROVISIONING_SSH_KEY_FILE: keyFile })).for('aws');
    expect(driver.run).toBeInstanceOf(Function);
    fake.trouble({ action: /^Run/, how: { status: 400, code: 'VcpuLimitExceeded' } });
    await expect(driver.resources.server.create(wanted('web-01'), A)).rejects.toMatchObject({
      permanent: true,
    });
    expect([...fake.region().keyPairs.values()]).toEqual([pair.public.trim()]);
  });

  it('reports that EC2 does not accept keys of other types', async () => {
    const keyFile = join(folder.path, 'id_ecdsa');
    const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    await writeFile(keyFile, pair.private, { mode: 0o600 });
    const driver = (await open({ ...fake.env, PROVISIONING_SSH_KEY_FILE: keyFile })).for('aws');
    await expect(driver.resources.server.create(wanted('web-01'), A)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('ED25519 and RSA'),
    });
  });

  it('prints no warning of the SDK about later versions of Node', async () => {
    await open(fake.env);
    expect(warning.mock.calls).toEqual([]);
  });

  it('names the variables to set if it is not configured', async () => {
    const drivers = await open({ AWS_ACCESS_KEY_ID: 'AKIA' });
    expect(() => drivers.for('aws')).toThrow('(set AWS_SECRET_ACCESS_KEY and AWS_REGION)');
  });
});
