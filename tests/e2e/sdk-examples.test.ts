import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProvisioningClient } from '@provisioning/client';
import { pythonWithRequests } from '../support/python.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

const REPOSITORY = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

/** The examples contain an address and a token, which the reader has to replace. */
const placed = (example: string, url: string, token: string) =>
  example.replace('http://localhost:9090', url).replace('your-jwt-token', token);

let platform: RunningPlatform;
let token: string;
let requests: { method: string; url: string; body: unknown }[] = [];
let recorder: Server;
let url: string;

beforeAll(async () => {
  platform = await startPlatform();
  const client = new ProvisioningClient(platform.orchestratorUrl, undefined, {
    controlCenterUrl: platform.controlCenterUrl,
  });
  const body = { username: 'admin', password: platform.adminPassword };
  token = (await client.controlCenter.login({ body })).token;
  // A proxy between the examples and the platform, so that their requests can be compared.
  recorder = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const sent = Buffer.concat(chunks);
      const { method = '', url: path = '', headers } = incoming;
      requests.push({ method, url: path, body: sent.length === 0 ? undefined : JSON.parse(String(sent)) });
      const onward = request(platform.orchestratorUrl + path, { method, headers, agent: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection: 'close' });
        answer.pipe(outgoing);
      });
      onward.end(sent);
    });
  });
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  const address = recorder.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
});
afterAll(async () => {
  recorder.closeAllConnections();
  await new Promise((resolve) => recorder.close(resolve));
  await platform.stop();
});

const submission = {
  method: 'POST',
  url: '/workflows/servers/create',
  body: { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true },
};

async function taskOf(printed: string) {
  const id = /^Task ID: ([0-9a-f-]{36})$/m.exec(printed)?.[1] ?? '';
  const client = new ProvisioningClient(platform.orchestratorUrl, token);
  return client.waitForTask(id, { timeout: 300 });
}

/** The JavaScript example, word for word: only `await` at the top level needs a function around it. */
async function runJavaScript(example: string, axios: unknown): Promise<string> {
  const printed: string[] = [];
  const load = (name: string) => (name === 'axios' ? axios : require(name));
  const body = new Function('require', 'console', `return (async () => {\n${example}\n})();`);
  await body(load, { log: (line: string) => printed.push(line) });
  return printed.join('\n');
}

describe('the SDK examples of the API document, word for word', () => {
  it('run in JavaScript, with axios', async () => {
    requests = [];
    const printed = await runJavaScript(placed(fixture('sdk-example.js.txt'), url, token), require('axios'));
    expect(requests).toEqual([submission]);
    expect(await taskOf(printed)).toMatchObject({ name: 'create_servers', status: 'Completed' });
  });

  it('do the same with the SDK’s class in its place', async () => {
    requests = [];
    const [, usage = ''] = placed(fixture('sdk-example.js.txt'), url, token).split('// Usage\n');
    const printed: string[] = [];
    const run = new Function('ProvisioningClient', 'console', `return (async () => {\n${usage}\n})();`);
    await run(ProvisioningClient, { log: (line: string) => printed.push(line) });
    expect(requests).toEqual([submission]);
    const task = await taskOf(printed.join('\n'));
    expect(task).toMatchObject({ name: 'create_servers', status: 'Completed' });
    const ours = new ProvisioningClient(url, token);
    expect(await ours.getTaskStatus(task.id)).toEqual({ success: true, data: task });
  });
});

const python = pythonWithRequests();
(python === undefined ? describe.skip : describe)('the Python example', () => {
  const runPython = async (program: string) => {
    const { stdout } = await promisify(execFile)(python ?? '', ['-c', program], {
      env: { PYTHONPATH: join(REPOSITORY, 'packages/client-python/src') },
      timeout: 300_000,
    });
    return stdout;
  };

  it('runs word for word', async () => {
    requests = [];
    const printed = await runPython(placed(fixture('sdk-example.py.txt'), url, token));
    expect(requests).toEqual([submission]);
    expect(await taskOf(printed)).toMatchObject({ name: 'create_servers', status: 'Completed' });
  });

  it('does the same with the SDK’s class in its place', async () => {
    requests = [];
    const [, usage = ''] = placed(fixture('sdk-example.py.txt'), url, token).split('# Usage\n');
    const printed = await runPython(`from provisioning_client import ProvisioningClient\n${usage}`);
    expect(requests).toEqual([submission]);
    expect(await taskOf(printed)).toMatchObject({ name: 'create_servers', status: 'Completed' });
  });
});
