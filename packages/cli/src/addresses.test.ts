import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { run, type Environment } from './index.js';

const HTTP = 'must be a URL that starts with http:// or https://, such as';

async function provctl(args: string, environment: Partial<Environment> = {}) {
  let err = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      err += chunk.toString();
      done();
    },
  });
  const terminal = {
    stdin: Readable.from([]),
    stdout: new PassThrough().resume(),
    stderr,
    signal: new AbortController().signal,
  };
  const none = {
    url: undefined,
    controlCenterUrl: undefined,
    token: undefined,
    profile: undefined,
    color: false,
  };
  const code = await run(args.split(' '), terminal, {
    ...none,
    profilesFile: '/nowhere/profiles.json',
    ...environment,
  });
  return { code, err };
}

describe('an address or token of provctl', () => {
  it.each<[string, Partial<Environment>, string]>([
    [
      'task list',
      { url: '127.0.0.1:9090' },
      `PROVISIONING_URL ${HTTP} http://localhost:9090, not "127.0.0.1:9090".`,
    ],
    [
      'task list',
      { url: 'localhost:9090' },
      `PROVISIONING_URL ${HTTP} http://localhost:9090, not "localhost:9090".`,
    ],
    ['--url ftp://a task list', {}, `--url ${HTTP} http://localhost:9090, not "ftp://a".`],
    [
      'task list',
      { controlCenterUrl: 'x' },
      `PROVISIONING_CONTROL_CENTER_URL ${HTTP} http://localhost:9080, not "x".`,
    ],
    ['--control-center-url x task list', {}, `--control-center-url ${HTTP} http://localhost:9080, not "x".`],
    ['task list', { url: 'http://a?b' }, 'PROVISIONING_URL must be a URL without "?" and "#", such as'],
    ['task list', { url: 'http://me:pw@a' }, 'PROVISIONING_URL must not contain a user name or a password.'],
    [
      'task list',
      { token: 'a\nb' },
      'PROVISIONING_TOKEN must be a token as `provctl token create` prints it',
    ],
    [
      '--timeout 0x10 task list',
      {},
      'The value must be a number of seconds, such as 30 or 0.5, and at most 86400.',
    ],
    ['--timeout 1e9 task list', {}, 'The value must be a number of seconds'],
    ['--timeout 0 task list', {}, 'The value must be a number of seconds'],
    ['task list --limit 0x10', {}, 'The value must be a non-negative integer.'],
  ])('is rejected with the name of its source: %s %j', async (args, environment, sentence) => {
    const { code, err } = await provctl(args, environment);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(sentence) });
    expect(err).not.toMatch(/Invalid URL|TypeError|a\nb|me:pw/);
  });

  it('is rejected with the name of the profile that stores it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'provctl-profiles-'));
    const profilesFile = join(folder, 'profiles.json');
    await writeFile(
      profilesFile,
      JSON.stringify({ current: 'home', profiles: { home: { url: 'nowhere' } } }),
    );
    const { code, err } = await provctl('task list', { profilesFile });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('url of the profile "home" in') });
    await rm(folder, { recursive: true });
  });

  it('is read from the options first', async () => {
    const { code } = await provctl(
      '--url http://127.0.0.1:1 --control-center-url http://127.0.0.1:1 profiles',
      {
        url: 'nonsense',
      },
    );
    expect(code).toBe(0);
  });
});
