import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIn, written } from './fingerprint.js';
import { HostKeyCheck } from './host-key-check.js';
import { KnownHosts } from './known-hosts.js';
import { newKeys } from '../../test/ssh/keys.js';

const newKey = () => newKeys().public.split(' ').slice(0, 2).join(' ');
const [one, other] = [newKey(), newKey()];
const keyOf = (text: string) => keyIn(text) ?? Buffer.alloc(0);
const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

let folder: string;
let knownHosts: KnownHosts;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-hosts-'));
  knownHosts = new KnownHosts(join(folder, 'ssh/known_hosts'));
});
afterEach(() => rm(folder, { recursive: true }));
const put = async (...lines: string[]) => {
  knownHosts = new KnownHosts(join(folder, 'known_hosts'));
  await writeFile(knownHosts.path, lines.join('\n'));
};
const keysOf = async (host: string, port?: number) =>
  (await knownHosts.keysOf({ host, ...(port === undefined ? {} : { port }) })).map(({ key }) => written(key));

describe('a known hosts file', () => {
  it('has no keys if it does not exist', async () => {
    expect(await keysOf('web')).toEqual([]);
  });

  it('has keys by name, by address, in lists and by pattern, regardless of case', async () => {
    await put(`web,10.0.0.1 ${one} a comment`, '# web of old', '', `*.example.com,!db.example.com ${other}`);
    expect([await keysOf('web'), await keysOf('10.0.0.1'), await keysOf('WEB')]).toEqual([
      [one],
      [one],
      [one],
    ]);
    expect([await keysOf('a.example.com'), await keysOf('db.example.com')]).toEqual([[other], []]);
    expect([await keysOf('10.0.0.11'), await keysOf('10x0.0.1'), await keysOf('example.com')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('has keys of ports other than 22 in brackets', async () => {
    await put(`[web]:2222 ${one}`, `web ${other}`, `[::1]:2222 ${one}`, `::1 ${other}`);
    expect([await keysOf('web', 2222), await keysOf('web'), await keysOf('web', 22)]).toEqual([
      [one],
      [other],
      [other],
    ]);
    expect([await keysOf('::1', 2222), await keysOf('::1'), await keysOf('web', 2223)]).toEqual([
      [one],
      [other],
      [],
    ]);
  });

  it('has keys under hashed names', async () => {
    await put(`${hashed('web')} ${one}`, `${hashed('[web]:2222')} ${other}`);
    expect([await keysOf('web'), await keysOf('web', 2222), await keysOf('db')]).toEqual([
      [one],
      [other],
      [],
    ]);
  });

  it('ignores damaged lines and certificate authorities', async () => {
    await put(`web ${one.slice(0, 20)}`, 'web ssh-rsa AAAA', `@cert-authority web ${one}`, 'web');
    expect(await keysOf('web')).toEqual([]);
  });

  it('is written with one line for each key, readable by its owner only', async () => {
    await knownHosts.add({ host: 'web' }, keyOf(one));
    await writeFile(knownHosts.path, `db ${other}`);
    await knownHosts.add({ host: 'Web', port: 2222 }, keyOf(other));
    expect(await readFile(knownHosts.path, 'utf8')).toBe(`db ${other}\n[web]:2222 ${other}\n`);
    expect((await stat(knownHosts.path)).mode & 0o077).toBe(0);
  });
});

describe('the check of a host key', () => {
  const check = (learnHostKeys: boolean, hostKeys?: string[]) =>
    HostKeyCheck.of(
      { host: 'web', ...(hostKeys ? { hostKeys } : {}) },
      { knownHostsFile: knownHosts.path, learnHostKeys },
    );

  it('accepts only known keys, even if it may learn', async () => {
    await put(`web ${one}`);
    expect((await check(true)).accepts(keyOf(one))).toBe(true);
    const wrong = await check(true);
    expect(wrong.accepts(keyOf(other))).toBe(false);
    expect(wrong.refusal).toMatchObject({ permanent: true, message: expect.stringContaining('line 1') });
  });

  it('never accepts a key that was revoked, even if another line has it', async () => {
    await put(`web ${one}`, `@revoked * ${one}`);
    const revoked = await check(true);
    expect(revoked.accepts(keyOf(one))).toBe(false);
    expect(revoked.refusal?.message).toContain('revoked');
  });

  it('requests a key of a known type', async () => {
    const rsa = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(300)]);
    await put(`web ssh-rsa ${rsa.toString('base64')}`);
    expect((await check(false)).algorithms.slice(0, 3)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ]);
  });

  it('uses only the keys that are set for a host, and learns none', async () => {
    await put(`web ${one}`);
    expect((await check(true, [other])).accepts(keyOf(one))).toBe(false);
    expect((await check(true, [one, other])).accepts(keyOf(other))).toBe(true);
    await expect(check(true, ['web ssh-ed25519'])).rejects.toThrow(
      'The host key that is set for web:22 is not valid',
    );
  });

  it('refuses a key if another process stored a different one meanwhile', async () => {
    const [first, second] = [await check(true), await check(true)];
    expect([first.accepts(keyOf(one)), second.accepts(keyOf(other))]).toEqual([true, true]);
    await first.remember();
    await expect(second.remember()).rejects.toMatchObject({ permanent: true });
  });
});
