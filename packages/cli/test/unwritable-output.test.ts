import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakePlatform } from './support/fake-platform.js';

const PROVCTL = join(import.meta.dirname, '../bin/provctl.js');
const ID = '01999999-0000-7000-8000-000000000001';
const AT = '2025-09-26T10:00:00Z';
const BATCH = {
  name: 'fails',
  operations: [{ id: 'one', type: 'taskserv_batch', provider: 'local', taskservs: ['kubernetes'] }],
};
const operation = { id: 'one', type: 'taskserv_batch', status: 'Failed', progress: 0, error: 'Broken.' };
const failed = { batch_id: ID, name: 'fails', status: 'RolledBack', operations: [operation], created_at: AT };
const line = (n: number) => ({ line: n, attempt: 1, timestamp: AT, text: 'x'.repeat(200) });

const ANSWERS = {
  listTasks: [],
  executeBatch: { batch_id: ID, status: 'Pending', operations: [] },
  getBatch: failed,
  listAuditLogs: { type: 'text/csv', text: `id,action\n${'1,server.create\n'.repeat(20_000)}` },
  getTaskLogs: Array.from({ length: 999 }, (_, n) => line(n + 1)),
};

let fake: FakePlatform | undefined;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'provctl-output-'));
});
afterEach(() => fake?.stop());
afterAll(() => rm(home, { recursive: true }));

type Target = 'full' | 'closed' | 'read';

/** Runs provctl as a separate process with the given ends of its streams. */
async function provctl(
  args: string,
  { stdout = 'read', stderr = 'read' }: { stdout?: Target; stderr?: Target },
) {
  fake = await FakePlatform.start(ANSWERS);
  const full = openSync('/dev/full', 'w');
  const end = (target: Target) => (target === 'full' ? full : 'pipe');
  const child = spawn(
    process.execPath,
    [PROVCTL, '--url', fake.url, '--control-center-url', fake.url, ...args.split(' ')],
    {
      env: { PATH: process.env['PATH'], HOME: home, PROVISIONING_TOKEN: 't' },
      stdio: ['pipe', end(stdout), end(stderr)],
    },
  );
  closeSync(full);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
  if (stdout === 'closed') child.stdout?.destroy();
  if (stderr === 'closed') child.stderr?.destroy();
  child.stdin?.end(JSON.stringify(BATCH));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, out, err };
}

const COMMANDS = [
  'task list',
  'task list -o json',
  'task list -o yaml',
  'batch run - --watch',
  'batch run - --watch -o json',
  'batch run -',
  `task logs ${ID}`,
  'audit export --format csv',
  'batch validate -',
  '--help',
  'complete bash',
];

describe.each(COMMANDS)('provctl %s', (command) => {
  it('fails with a message if its output cannot be written', async () => {
    const { code, err } = await provctl(command, { stdout: 'full' });
    expect(code).toBe(1);
    expect(err).toMatch(/(^|\n)Failed {2}The output can't be written: no space is left \(ENOSPC\)\.\n$/);
    expect(err.match(/Failed {2}/g)).toHaveLength(command.startsWith('batch run - --watch') ? 2 : 1);
  });

  it('exits silently with 141 if the reader of its output has closed it', async () => {
    const { code, err } = await provctl(command, { stdout: 'closed' });
    expect(code).toBe(141);
    expect(err).not.toContain('written');
  });
});

describe('notes of provctl', () => {
  it('that cannot be written are a failure', async () => {
    expect(await provctl('batch run - --watch', { stderr: 'full' })).toMatchObject({ code: 1 });
  });

  it('do not change the outcome if their reader has closed them', async () => {
    const { code, out } = await provctl('batch run - --watch', { stderr: 'closed' });
    expect({ code, out }).toEqual({ code: 4, out: `RolledBack  batch fails (${ID})\n` });
  });

  it('about wrong usage that cannot be written keep exit code 2', async () => {
    expect(await provctl('no-such-command', { stderr: 'full' })).toMatchObject({ code: 1 });
  });
});

it('flushes a long output through a pipe before it exits', async () => {
  const { code, out } = await provctl('audit export --format csv', {});
  expect(code).toBe(0);
  expect(out).toHaveLength(ANSWERS.listAuditLogs.text.length);
});
