import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { defaultStateFolder, mustPass, readCommandUser } from './config-command-user.js';

const folder = mkdtempSync(join(tmpdir(), 'command-user-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;
const other = { uid: 64_321, gid: 64_321 };

describe('the user who runs the commands of batches', () => {
  it('is the worker’s own where that is what is set', () => {
    expect(readCommandUser(userInfo().username)).toBeUndefined();
  });

  it('must be a user of this machine, or two numbers', () => {
    for (const setting of ['no-such-user', '64321', '-1:-1', '1:2:3', '--help'])
      expect(() => readCommandUser(setting)).toThrow(
        `COMMAND_USER must be the name of a user of this machine, or numbers such as 64321:64321, not ${JSON.stringify(setting)}.`,
      );
  });

  it('is another one than root unless that is set, and can be another one for root alone', () => {
    if (isRoot) {
      expect(readCommandUser(undefined)?.uid).toBeGreaterThan(0);
      expect(readCommandUser('64321:64322')).toEqual({ uid: 64_321, gid: 64_322 });
    } else {
      expect(readCommandUser(undefined)).toBeUndefined();
      expect(() => readCommandUser('64321:64321')).toThrow(
        /COMMAND_USER can only be another user where .* root/,
      );
    }
  });
});

describe('the folder for the files of running commands', () => {
  it('is the data directory where the commands’ user can get there, and one outside where not', () => {
    const open = join(folder, 'open');
    chmodSync(folder, 0o711);
    mkdirSync(open, { mode: 0o711 });
    expect(defaultStateFolder(join(open, 'new'), other)).toBe(join(open, 'new'));
    chmodSync(open, 0o700);
    expect(defaultStateFolder(join(open, 'new'), other)).toMatch(
      /^\/var\/lib\/provisioning\/commands-[0-9a-f]{16}$/,
    );
    expect(defaultStateFolder(join(open, 'new'), undefined)).toBe(join(open, 'new'));
  });

  it('must be one that user can get to where it is chosen', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    expect(() => mustPass(other, join(closed, 'state'))).toThrow(
      /PROVISIONING_STATE_DIR must be a folder that commands can get into, and the user 64321:64321 cannot/,
    );
    mustPass(undefined, join(closed, 'state'));
    mustPass(other, undefined);
  });
});
