import { temporaryFolder } from '@provisioning/test-kit';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseReport, type Report } from '../src/report/index.js';

const PROGRAM = fileURLToPath(new URL('../bin/provisioning.js', import.meta.url));

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The standard output: a reader, a reader that has closed it, or a full disk. */
export interface Target {
  stdout?: 'read' | 'closed' | 'full';
}

export interface Running {
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

/** A workspace, a data directory and a report file, and the built command that uses them. */
export class Playground {
  private constructor(
    readonly root: string,
    readonly remove: () => Promise<void>,
  ) {}

  static async create(): Promise<Playground> {
    const { path, remove } = await temporaryFolder('provisioner');
    await mkdir(join(path, 'workspace'));
    return new Playground(path, remove);
  }

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  async write(file: string, text: string): Promise<void> {
    const path = this.path('workspace', file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /** Starts `provisioning` with those arguments in the playground's root, which has both default folders. */
  start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { stdout: target = 'read' }: Target = {},
  ): Running {
    const full = target === 'full' ? openSync('/dev/full', 'w') : undefined;
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.root,
      env: { PATH: dirname(process.execPath), PROVISIONING_EVENTS: this.path('events'), ...env },
      stdio: ['ignore', full ?? 'pipe', 'pipe'],
    });
    if (full !== undefined) closeSync(full);
    if (target === 'closed') child.stdout?.destroy();
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
    return { ended, kill: (signal) => void child.kill(signal) };
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  servers(verb: 'create' | 'delete', ...more: string[]): Promise<Ended> {
    return this.run('servers', verb, '--infra', 'production', '--settings', 'config.yaml', ...more);
  }

  /** The reports so far, and the number of lines that a reader would ignore. */
  async reports(): Promise<{ reports: Report[]; ignored: number }> {
    const text = await readFile(this.path('events'), 'utf8').catch(() => '');
    // The last line may be incomplete.
    const lines = text.split('\n').slice(0, -1).map(parseReport);
    const reports = lines.filter((report) => report !== null);
    return { reports, ignored: lines.length - reports.length };
  }
}

/** A YAML settings file with those servers, which differ only in the given fields. */
export function settingsOf(...servers: { name: string; [member: string]: unknown }[]): string {
  const complete = servers.map((server) => ({ plan: '1xCPU-1 GB', zone: 'de-fra1', ...server }));
  return JSON.stringify({ servers: complete });
}
