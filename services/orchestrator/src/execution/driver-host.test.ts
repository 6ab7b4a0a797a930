import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DriverHost } from './driver-host.js';
import type { SpawnedEnd } from './spawner-link.js';
import type { RunRequest } from './spawner/spawned-command.js';
import { NoSpawnerError } from './spawners.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'driver-host-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const operation = {
  type: 'server_batch' as const,
  id: 'o',
  infra: 'i',
  provider: 'noop',
  server_configs: [],
};
const request = (id: string) => ({
  ...{ id, action: 'apply' as const, operation, check: false, idempotency_key: id },
});

/** Starts no process: the test decides how each host ends. */
function hosts() {
  const started: { request: RunRequest; end(end: SpawnedEnd): void }[] = [];
  const spawners = {
    workerId: 'w',
    run(run: RunRequest) {
      let end: (end: SpawnedEnd) => void = () => {};
      const ended = new Promise<SpawnedEnd>((resolve) => (end = resolve));
      started.push({ request: run, end });
      return { ended, signal: () => end(exit('SIGKILL')) };
    },
  };
  const mask = (text: string) => text;
  const host = new DriverHost({ argv: ['host'], environment: {}, directory, mask }, spawners);
  return { host, started };
}
const exit = (signal: string | null): SpawnedEnd => ({
  ...{ exitCode: signal ? 137 : 1, signal, signals: [], bySilence: false, killed: [], left: [] },
});

/** Behaves as a host that has started. */
async function sayHello({ environment, hidden }: RunRequest) {
  const socket = connect({ ...environment, ...hidden }['DRIVER_HOST_SOCKET']!);
  socket.write(`${JSON.stringify({ type: 'hello', pid: 1 })}\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

it('costs no attempt if the host ends before it receives the operation, and refuses more', async () => {
  const { host, started } = hosts();
  const run = host.run(request('a'));
  started[0]!.end(exit(null));
  const end = await run.ended;
  expect(end).toMatchObject({ outcome: 'lost', begun: false });
  expect(end.error).toContain('exited with status 1');
  expect(host.fault).toContain('exited with status 1');
  expect(() => host.run(request('b'))).toThrow(NoSpawnerError);
});

it('counts the attempt of an operation that was sent', async () => {
  const { host, started } = hosts();
  const run = host.run(request('a'));
  const socket = await sayHello(started[0]!.request);
  started[0]!.end(exit('SIGKILL'));
  expect(await run.ended).toMatchObject({ outcome: 'lost', begun: true });
  expect(host.fault).toBeNull();
  socket.destroy();
});

it('withdraws one operation without stopping the start for the others', async () => {
  const { host, started } = hosts();
  const [a, b] = [host.run(request('a')), host.run(request('b'))];
  a.cancel(10);
  expect(await a.ended).toMatchObject({ outcome: 'lost', begun: false });
  const socket = await sayHello(started[0]!.request);
  socket.write(`${JSON.stringify({ type: 'ended', id: 'b', outcome: 'completed' })}\n`);
  expect(await b.ended).toMatchObject({ outcome: 'completed' });
  expect(started).toHaveLength(1);
  await host.end();
  socket.destroy();
});
