import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FakePlatform, Refusal } from '../../../test/support/fake-platform.js';
import { run } from '../../index.js';

const ID = '01999999-0000-7000-8000-000000000001';
const user = { id: ID, username: 'olga', email: 'olga@example.com', roles: ['operator'] };
const session = { token: 'a-secret-token', expires_at: '2099-01-01T00:00:00Z', user };

let folder: string;
let fake: FakePlatform;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provctl-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fake.stop();
});

/** A user at a terminal, who types an answer to each prompt. */
function typist(answers: Record<string, string>) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  let shown = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      shown += chunk.toString();
      const question = Object.keys(answers).find((text) => String(chunk).includes(`${text}: `));
      if (question) setImmediate(() => stdin.write(`${answers[question] ?? ''}\r`));
      done();
    },
  });
  return { stdin, stderr, shown: () => shown };
}

it('prompts for the password without echo, then for the MFA code, and stores the token in a private file', async () => {
  fake = await FakePlatform.start({
    login: (body: { mfa_code?: string }) =>
      body.mfa_code === undefined ? new Refusal(401, 'mfa_required', 'A code is needed.') : session,
  });
  const { stdin, stderr, shown } = typist({
    Username: 'olga',
    Password: 'not to be seen',
    'MFA code': '123456',
  });
  const profilesFile = join(folder, 'provisioning/profiles.json');
  const environment = {
    url: fake.url,
    controlCenterUrl: fake.url,
    token: undefined,
    profile: undefined,
    profilesFile,
    color: false,
  };
  const stdout = new PassThrough();
  const terminal = { stdin, stdout, stderr, signal: new AbortController().signal };
  expect(await run(['login', '--profile', 'work'], terminal, environment)).toBe(0);
  expect(fake.received.map(({ body }) => body)).toEqual([
    { username: 'olga', password: 'not to be seen' },
    { username: 'olga', password: 'not to be seen', mfa_code: '123456' },
  ]);
  expect(shown()).not.toContain('not to be seen');
  expect(String(stdout.read())).not.toContain('a-secret-token');
  expect(statSync(profilesFile).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(profilesFile, 'utf8'))).toMatchObject({
    current: 'work',
    profiles: { work: { token: 'a-secret-token', username: 'olga', url: fake.url } },
  });
});

it.each([
  ['is not JSON', '{', 'is not valid JSON'],
  ['is not an object', 'null', 'must contain an object'],
  ['has a profile without a url', '{"profiles": {"work": {"url": 1}}}', 'each profile must have a url'],
])('names the profiles file that %s', async (_, text, fault) => {
  fake = await FakePlatform.start({});
  const profilesFile = join(folder, 'profiles.json');
  writeFileSync(profilesFile, text);
  const { stdin, stderr, shown } = typist({});
  const environment = {
    url: undefined,
    controlCenterUrl: undefined,
    token: undefined,
    profile: undefined,
    profilesFile,
    color: false,
  };
  const terminal = { stdin, stdout: new PassThrough(), stderr, signal: new AbortController().signal };
  expect(await run(['profiles'], terminal, environment)).toBe(2);
  expect(shown()).toContain(profilesFile);
  expect(shown()).toContain(fault);
});
