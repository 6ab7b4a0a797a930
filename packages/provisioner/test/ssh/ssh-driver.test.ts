import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { Definitions } from '../../src/definitions/index.js';
import type { Host } from '../../src/drivers/ssh/hosts-file.js';
import { sshPlugin } from '../../src/drivers/ssh/index.js';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.js';
import type { DesiredServer, Driver, Server } from '../../src/index.js';
import { Connections } from '../../src/ssh/connections.js';
import { actions } from '../conformance/bench.js';
import { FAST, poolHost, rootless } from '../conformance/ssh-bench.js';
import { newKeys } from './keys.js';
import { StandInHost } from './stand-in-host.js';

const keys = newKeys();
let folder: TemporaryFolder;
let all: StandInHost[];
let hosts: Host[];
let runner: Connections;
let key = 0;
const act = () => ({ idempotencyKey: `key-${++key}` });

beforeAll(async () => {
  folder = await temporaryFolder('ssh-driver');
  all = await Promise.all(
    [1, 2, 3].map(() => StandInHost.start({ parent: folder.path, authorized: keys.public })),
  );
  const config = {
    privateKey: keys.private,
    user: 'root',
    knownHostsFile: '/nonexistent',
    learnHostKeys: false,
  };
  runner = Connections.open(config, FAST);
  await define('base', []);
  await define('web', ['base']);
});
afterEach(async () => {
  for (const host of all) {
    host.silence(false);
    await rm(join(host.folder, 'root'), { recursive: true, force: true });
  }
});
afterAll(async () => {
  await runner.close();
  for (const host of all) await host.stop();
  await folder.remove();
});

/** An installation is a file on the host. */
async function define(name: string, requires: string[]): Promise<void> {
  const own = join(folder.path, 'definitions/taskservs', name);
  await mkdir(own, { recursive: true });
  const scripts = {
    'definition.toml': `name = "${name}"\ndescription = "The ${name}."\norder = 50\nrequires = ${JSON.stringify(requires)}\n`,
    check: `test -e "$STAND_IN/${name}" && report_version 1.0`,
    install: `touch "$STAND_IN/${name}"`,
    remove: `test ! -e "$STAND_IN/stuck" && rm -f "$STAND_IN/${name}"`,
  };
  for (const [file, text] of Object.entries(scripts)) await writeFile(join(own, file), text);
}

function targetOf({ target, hostKey }: StandInHost) {
  return { ...target, hostKeys: [hostKey] };
}

/** A driver of those hosts, with properties as the list states them. */
function driverOf(list: readonly Partial<Host>[]): Driver {
  hosts = list.map((more, index) => poolHost(targetOf(all[index]!), more));
  return createSshDriver({
    hosts: async () => hosts,
    runner: rootless(runner, {
      targets: all.map((host) => ({ ...targetOf(host), folder: host.folder })),
    }),
    serversAtOnce: 10,
    definitions: new Definitions(join(folder.path, 'definitions')),
    install: {},
  });
}

function desired(name: string, more: Partial<DesiredServer> = {}): DesiredServer {
  const kind = { plan: 'small', zone: 'rack-1', provider: 'ssh', image: null } as const;
  return { infra: 'production', name, ...kind, labels: {}, storage_gb: null, ...more };
}

const create = async (driver: Driver, name: string): Promise<Server> =>
  (await driver.resources.server.create(desired(name), act())).resource;
const exists = (host: StandInHost, file: string) =>
  readFile(join(host.folder, file)).then(
    () => true,
    () => false,
  );

describe('hosts that exist already', () => {
  it('become one server each, with concurrent claims', async () => {
    const wanted = ['web-01', 'web-02', 'web-03', 'web-04', 'web-05'];
    const made = await Promise.allSettled(wanted.map((name) => create(driverOf([{}, {}, {}]), name)));
    const servers = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const reasons = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    expect([servers.length, reasons.length]).toEqual([3, 2]);
    for (const { message } of reasons) expect(message).toContain('No host is free for the server web-0');
    const listed = await driverOf([{}, {}, {}]).resources.server.list('production');
    expect(listed.map(({ name }) => name)).toEqual(servers.map(({ name }) => name).sort());
  });

  it('that a dead process had claimed are settled by the next one', async () => {
    const driver = driverOf([{}, {}]);
    const web = await create(driver, 'web-01');
    const record = JSON.parse(await recordOn(web)) as Record<string, unknown>;
    const half = { ...record, state: 'claiming' };
    for (const [index, host] of all.slice(0, 2).entries()) {
      const server = { ...(record['server'] as object), id: `left-${index}` };
      await mkdir(join(host.folder, 'root'), { recursive: true });
      await writeFile(join(host.folder, 'root/server.json'), JSON.stringify({ ...half, server }));
    }
    const settled = await create(driverOf([{}, {}]), 'web-01');
    expect(settled.id).toMatch(/^left-/);
    const left = await Promise.all(all.slice(0, 2).map((host) => exists(host, 'root/server.json')));
    expect(left.filter(Boolean)).toHaveLength(1);
  });

  it('that do not answer make lists fail', async () => {
    const driver = driverOf([{ name: 'web-01' }, { infra: 'production' }, { infra: 'staging' }]);
    await create(driver, 'web-01');
    all[1]!.silence(true);
    await expect(driver.resources.server.list('production')).rejects.toMatchObject({
      name: 'DriverError',
      permanent: false,
      message: expect.stringContaining(`127.0.0.1:${all[1]!.port} does not answer`),
    });
    expect(await driver.resources.server.read('production', 'web-01')).toMatchObject({ name: 'web-01' });
    expect(await driver.resources.server.list('staging')).toEqual([]);
  });

  it('cannot have other properties', async () => {
    const driver = driverOf([{ plan: 'small', storage_gb: 100 }]);
    const server = await create(driver, 'web-01');
    const bigger = desired('web-01', { plan: 'big' });
    await expect(driver.resources.server.change(server, bigger, act())).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining(`its host 127.0.0.1:${all[0]!.port} is of the plan "small"`),
    });
    expect(await driver.resources.server.read('production', 'web-01')).toEqual(server);
  });

  it('with a damaged record are named, and not changed', async () => {
    const driver = driverOf([{}]);
    await mkdir(join(all[0]!.folder, 'root'));
    await writeFile(join(all[0]!.folder, 'root/server.json'), '{}');
    await expect(create(driver, 'web-01')).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining(`127.0.0.1:${all[0]!.port} is (server.json there) is damaged`),
    });
    expect(await readFile(join(all[0]!.folder, 'root/server.json'), 'utf8')).toBe('{}');
  });

  it('run scripts while they are that server', async () => {
    const driver = driverOf([{}, {}]);
    const server = await create(driver, 'web-01');
    const lines: string[] = [];
    const script = { text: 'echo "$WORD"; exit 7', environment: { WORD: "it's" }, timeoutSeconds: 10 };
    const context = { ...act(), log: (line: string) => lines.push(line) };
    expect(await driver.run!(server, script, context)).toEqual({ exitCode: 7 });
    expect(lines).toEqual(["it's"]);
    await driver.resources.server.destroy(server, act());
    await create(driver, 'web-01');
    const ran = { ...script, text: 'touch "$STAND_IN/ran"' };
    await expect(driver.run!(server, ran, act())).rejects.toThrow('was destroyed or replaced');
    expect(await Promise.all(all.map((host) => exists(host, 'ran')))).toEqual([false, false, false]);
  });
});

describe('a host that is released', () => {
  const installed = (server: string, name: string) => ({
    infra: 'production',
    server,
    name,
    provider: 'ssh' as const,
    version: null,
    attributes: {},
  });

  it('loses its task services first, dependents before requirements', async () => {
    const driver = driverOf([{}]);
    const server = await create(driver, 'web-01');
    await driver.resources.taskserv.create(installed('web-01', 'web'), act());
    expect([await exists(all[0]!, 'base'), await exists(all[0]!, 'web')]).toEqual([true, true]);
    expect(actions(await driver.resources.server.destroy(server, act()))).toEqual([
      'destroyed taskserv web',
      'destroyed taskserv base',
      'destroyed server web-01',
    ]);
    expect([await exists(all[0]!, 'base'), await exists(all[0]!, 'web')]).toEqual([false, false]);
    await create(driver, 'web-02');
    expect(await driver.resources.taskserv.list('production')).toEqual([]);
  });

  it('stays the server while something on it cannot be removed', async () => {
    const driver = driverOf([{}]);
    const server = await create(driver, 'web-01');
    await driver.resources.taskserv.create(installed('web-01', 'web'), act());
    await writeFile(join(all[0]!.folder, 'stuck'), '');
    const mine = act();
    await expect(driver.resources.server.destroy(server, mine)).rejects.toThrow('the script "remove" failed');
    expect(await driver.resources.server.read('production', 'web-01')).toEqual(server);
    await rm(join(all[0]!.folder, 'stuck'));
    expect(actions(await driver.resources.server.destroy(server, mine))).toEqual([
      'destroyed taskserv web',
      'destroyed taskserv base',
      'destroyed server web-01',
    ]);
  });
});

describe('the plugin for hosts', () => {
  const services = () => ({ definitions: new Definitions(folder.path), install: {} });

  it('names the variable that is not valid, and shows no secret', async () => {
    const keyFile = join(folder.path, 'key');
    await writeFile(keyFile, newKeys({ passphrase: 'open sesame' }).private);
    const hostsFile = join(folder.path, 'hosts.toml');
    await writeFile(hostsFile, '[[hosts]]\naddress = "10.0.0.11"\n');
    const env = { PROVISIONING_SSH_HOSTS: hostsFile, PROVISIONING_SSH_KEY_FILE: keyFile };
    const faults: Record<string, string>[] = [
      { PROVISIONING_SSH_HOSTS: '/nonexistent' },
      { PROVISIONING_SSH_KEY_FILE: '/nonexistent' },
      { PROVISIONING_SSH_KEY_PASSPHRASE: 'secret-words' },
      { PROVISIONING_SSH_USER: 'root; reboot' },
      { PROVISIONING_SSH_LEARN_HOST_KEYS: 'maybe' },
    ];
    for (const fault of faults) {
      const error = (await sshPlugin
        .create({ ...env, ...fault }, services())
        .catch((one: unknown) => one)) as Error;
      expect(error).toMatchObject({ name: 'DriverError', permanent: true });
      expect(error.message).toContain(Object.keys(fault)[0]);
      expect(error.message).not.toContain('secret-words');
    }
    const good = { ...env, PROVISIONING_SSH_KEY_PASSPHRASE: 'open sesame' };
    expect((await sshPlugin.create(good, services())).name).toBe('ssh');
  });
});

async function recordOn({ id }: Server): Promise<string> {
  for (const host of all) {
    const text = await readFile(join(host.folder, 'root/server.json'), 'utf8').catch(() => '');
    if (text.includes(id)) return text;
  }
  throw new Error(`no host is the server ${id}`);
}
