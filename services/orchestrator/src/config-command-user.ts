import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toolEnvironment } from '@provisioning/process';
import { configurationFailure } from '@provisioning/runtime';
import type { CommandUser } from './execution/options.js';

/** Belongs to no account of a usual system, and to no service of it. */
const UNNAMED: CommandUser = { uid: 64_321, gid: 64_321 };
/** An account of this name is taken where the machine has one. */
const ACCOUNT = 'provisioning-command';
const IDS = /^(\d{1,10}):(\d{1,10})$/;
/** Where a worker of root keeps the files of commands that cannot get through to its data directory. */
const OUTSIDE = '/var/lib/provisioning';

/** What root needs of its rights to start commands as another user, to find them and to end them: capabilities(7). */
const NEEDED: Record<string, bigint> = {
  CHOWN: 0n,
  DAC_OVERRIDE: 1n,
  KILL: 5n,
  SETGID: 6n,
  SETUID: 7n,
  SYS_PTRACE: 19n,
};

/**
 * Who runs the programs of `command_batch` operations: COMMAND_USER, by name or as `uid:gid`. Only root can have another
 * user than itself: there it is `provisioning-command`, or 64321:64321 on a machine without that account, unless set.
 * @returns undefined: the worker's own user
 * @throws Failure if there is no such user, or this process cannot run anything as that user
 */
export function readCommandUser(setting: string | undefined): CommandUser | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  const user = setting === undefined ? defaultUser(uid) : namedUser(setting);
  if (user === undefined || user.uid === uid) return undefined;
  if (uid !== 0)
    throw fault(
      `can only be another user where the worker is started as root, and this one has the user id ${uid}`,
    );
  const missing = missingCapabilities();
  if (missing.length > 0)
    throw fault(
      `is another user than root, and this process lacks the capabilities ${missing.join(', ')}: add them ` +
        '(cap_add), start the worker as an ordinary user, or set COMMAND_USER=root',
    );
  return user;
}

/**
 * The folder for the files of running commands: the data directory, or one outside where the user could not get there.
 * @param dataDir an absolute path, which need not be there yet
 */
export function defaultStateFolder(dataDir: string, user: CommandUser | undefined): string {
  if (user === undefined || canPass(user, dataDir)) return dataDir;
  return join(OUTSIDE, `commands-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}

/** @throws Failure if the user cannot get into that folder, which the operator has chosen */
export function mustPass(user: CommandUser | undefined, folder: string | undefined): void {
  if (user === undefined || folder === undefined || canPass(user, resolve(folder))) return;
  throw configurationFailure([
    {
      path: 'PROVISIONING_STATE_DIR',
      message: `must be a folder that commands can get into, and the user ${user.uid}:${user.gid} cannot pass through ${folder} and all folders above it (chmod o+x)`,
    },
  ]);
}

function defaultUser(uid: number): CommandUser | undefined {
  return uid === 0 ? (accountOf(ACCOUNT) ?? UNNAMED) : undefined;
}

function namedUser(setting: string): CommandUser {
  const [, uid, gid] = IDS.exec(setting) ?? [];
  const user = uid === undefined ? accountOf(setting) : { uid: Number(uid), gid: Number(gid) };
  if (user) return user;
  throw fault(
    `must be the name of a user of this machine, or numbers such as 64321:64321, not ${JSON.stringify(setting)}`,
  );
}

/** As the system says: accounts may be in /etc/passwd or in a directory service. */
function accountOf(name: string): CommandUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const { stdout } = spawnSync('id', [option, '--', name], { env: toolEnvironment(), encoding: 'utf8' });
    return /^\d+\n$/.test(stdout ?? '') ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function missingCapabilities(): string[] {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(statusOfThisProcess()) ?? [];
  // A system without capabilities: root may do all of that.
  if (effective === undefined) return [];
  const held = BigInt(`0x${effective}`);
  return Object.keys(NEEDED).filter((name) => ((held >> (NEEDED[name] ?? 0n)) & 1n) === 0n);
}

function statusOfThisProcess(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return '';
  }
}

/** Whether every folder on the way lets the user through; what is not there yet will. */
function canPass(user: CommandUser, folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) {
      const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
      if ((found.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}

function fault(message: string): Error {
  return configurationFailure([{ path: 'COMMAND_USER', message }]);
}
