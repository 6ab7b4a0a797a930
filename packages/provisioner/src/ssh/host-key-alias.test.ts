import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { HostKeyCheck } from './host-key-check.js';
import { newKeys } from '../../test/ssh/keys.js';

function hostKey(): Buffer {
  const key = ssh2.utils.parseKey(newKeys().public);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
}

describe('host keys of short-lived machines', () => {
  let folder: TemporaryFolder;
  let knownHostsFile: string;
  beforeEach(async () => {
    folder = await temporaryFolder('known-hosts');
    knownHostsFile = join(folder.path, 'known_hosts');
  });
  afterEach(() => folder.remove());

  const check = (alias: string) =>
    HostKeyCheck.of({ host: '203.0.113.7', alias }, { knownHostsFile, learnHostKeys: true });

  it('are stored under aliases, because addresses are reused', async () => {
    const [first, second] = [hostKey(), hostKey()];
    const old = await check('0a-first');
    expect(old.accepts(first)).toBe(true);
    await old.remember();
    expect(await readFile(knownHostsFile, 'utf8')).toMatch(/^0a-first ssh-ed25519 \S+\n$/);
    expect((await check('0a-second')).accepts(second)).toBe(true);
    expect((await check('0a-first')).accepts(second)).toBe(false);
  });
});
