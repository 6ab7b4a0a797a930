import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunOnServer } from '../../src/definitions/index.js';
import { runBy } from './run-script.js';

const command = promisify(execFile);
const SUITE = 'bookworm';
const BASE = join(tmpdir(), `provisioning-test-debian-${SUITE}-lean`);

// Everything happens in separate namespaces, on a layer over a Debian that is never written to.
const ENTER = `
  mount --make-rprivate / &&
  mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$LAYER/upper,workdir=$LAYER/work" "$LAYER/root" &&
  mount -t proc proc "$LAYER/root/proc" &&
  mount -t tmpfs tmpfs "$LAYER/root/run" &&
  mount -t tmpfs tmpfs "$LAYER/root/dev" &&
  mknod -m 666 "$LAYER/root/dev/null" c 1 3 && mknod -m 666 "$LAYER/root/dev/zero" c 1 5 &&
  mknod -m 666 "$LAYER/root/dev/full" c 1 7 && mknod -m 666 "$LAYER/root/dev/random" c 1 8 &&
  mknod -m 666 "$LAYER/root/dev/urandom" c 1 9 && ln -s /proc/self/fd "$LAYER/root/dev/fd" &&
  mkdir -m 1777 "$LAYER/root/dev/shm" &&
  unset BASE LAYER && exec chroot "$0" bash -s`;

/** Debian machines without an init, made of folders and namespaces only: packages are really installed. */
export class DebianTarget {
  readonly run: RunOnServer;

  private constructor(private readonly folder: string) {
    this.run = runBy((server) => this.#enter(server), 'SIGKILL');
  }

  static async create(): Promise<DebianTarget> {
    await base();
    return new DebianTarget(await mkdtemp(join(tmpdir(), 'provisioning-test-machines-')));
  }

  /** Why this machine cannot have them, or null. */
  static async missing(): Promise<string | null> {
    if (process.getuid?.() !== 0) return 'it takes root to make a Debian to install into';
    for (const program of ['debootstrap', 'unshare', 'chroot']) {
      const found = await command('which', [program]).catch(() => null);
      if (!found) return `there is no program ${program}`;
    }
    try {
      await command('unshare', ['--mount', '--pid', '--fork', 'true']);
    } catch {
      return 'namespaces cannot be made here';
    }
    try {
      await base();
    } catch (error) {
      return `a Debian cannot be made: ${(error as Error).message.split('\n')[0]}`;
    }
    return null;
  }

  async addServer(name: string): Promise<void> {
    for (const part of ['upper', 'work', 'root']) {
      await mkdir(join(this.folder, name, part), { recursive: true });
    }
  }

  /** The output of a command on a server. */
  async sh(server: string, script: string): Promise<string> {
    const [program = '', ...args] = this.#enter(server);
    const child = command(program, args, { env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' } });
    child.child.stdin?.end(script);
    return (await child).stdout.trim();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #enter(server: string): string[] {
    const layer = join(this.folder, server);
    const own = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child=TERM'];
    return [
      'env',
      `BASE=${BASE}`,
      `LAYER=${layer}`,
      'unshare',
      ...own,
      'sh',
      '-c',
      ENTER,
      join(layer, 'root'),
    ];
  }
}

/** Made once on each machine, which takes half a minute. */
async function base(): Promise<void> {
  if (
    await access(BASE).then(
      () => true,
      () => false,
    )
  )
    return;
  const making = await mkdtemp(`${BASE}.`);
  try {
    await command('debootstrap', ['--variant=minbase', '--include=ca-certificates,curl', SUITE, making], {
      maxBuffer: 64 * 1024 * 1024,
    });
    await copyFile('/etc/resolv.conf', join(making, 'etc/resolv.conf'));
    // No package starts a service: there is no init that would end it.
    await writeFile(join(making, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    // The servers are dropped after the tests: nothing has to reach the disk, and manuals are not read.
    await writeFile(
      join(making, 'etc/dpkg/dpkg.cfg.d/tests'),
      'force-unsafe-io\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/doc/*\n',
    );
    await writeFile(join(making, 'etc/apt/apt.conf.d/99tests'), 'Acquire::Languages "none";\n');
    await rename(making, BASE);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    // Another test was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
