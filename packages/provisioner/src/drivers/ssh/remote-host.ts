import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SshRunner } from '../../ssh/index.js';
import { DriverError, type ServerScript } from '../driver.js';
import { readRecord, textOf, type HostRecord } from './host-record.js';
import type { Host } from './hosts-file.js';

const SECONDS = 60;
const NONE = 'none';

/** A host's answer about its record. */
export interface Seen {
  host: Host;
  record: HostRecord | null;
  /** The stored record, in base64. */
  written: string;
}

/** Reads and replaces the records of hosts. */
export interface HostRecords {
  /** @throws DriverError */
  look(host: Host, signal: AbortSignal | undefined): Promise<Seen>;
  /**
   * Replaces the record of a host if it is unchanged since it was read. Null stands for no record.
   * @returns whether it was replaced, and what the record is now
   */
  swap(
    seen: Seen,
    next: HostRecord | null,
    signal: AbortSignal | undefined,
  ): Promise<{ swapped: boolean; seen: Seen }>;
}

/** Does this over SSH. */
export class RemoteHosts implements HostRecords {
  #script: string | undefined;

  /** @param root the folder on hosts in which records are stored */
  constructor(
    private readonly runner: SshRunner,
    private readonly root: string,
  ) {}

  async look(host: Host, signal: AbortSignal | undefined): Promise<Seen> {
    return (await this.#ask(host, 'look', {}, signal)).seen;
  }

  swap(
    { host, written }: Seen,
    next: HostRecord | null,
    signal: AbortSignal | undefined,
  ): Promise<{ swapped: boolean; seen: Seen }> {
    const environment = { PROVISIONING_WAS: written, PROVISIONING_NEXT: encoded(next) };
    return this.#ask(host, 'swap', environment, signal);
  }

  /** The same script, which does nothing if the host is no longer that server. */
  guarded(script: ServerScript, id: string): { script: ServerScript; mark: string } {
    const mark = newMark();
    const check = `grep -qsF '"${id}"' ${quoted(`${this.root}/server.json`)} || { echo ${mark}; exit 0; }\n`;
    return { script: { ...script, text: `${check}${script.text}` }, mark };
  }

  async #ask(
    host: Host,
    call: 'look' | 'swap',
    environment: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<{ swapped: boolean; seen: Seen }> {
    this.#script ??= readFileSync(new URL('../../../shell/ssh-host.sh', import.meta.url), 'utf8');
    const mark = newMark();
    const said: string[] = [];
    const printed: string[] = [];
    const { exitCode } = await this.runner.run(
      host.target,
      {
        text: `${this.#script}\n${call}\n`,
        environment: { PROVISIONING_ROOT: this.root, PROVISIONING_MARK: mark, ...environment },
        timeoutSeconds: SECONDS,
      },
      {
        idempotencyKey: call,
        signal,
        log: (line) =>
          line.startsWith(`${mark} `) ? said.push(line.slice(mark.length + 1)) : printed.push(line),
      },
    );
    const written = said.find((one) => one.startsWith('record '))?.slice('record '.length);
    if (written === undefined) throw failed(host, exitCode, said, printed);
    const record = written === NONE ? null : readRecord(Buffer.from(written, 'base64').toString(), host);
    return { swapped: said.includes('swapped'), seen: { host, record, written } };
  }
}

function encoded(record: HostRecord | null): string {
  return record ? Buffer.from(textOf(record)).toString('base64') : NONE;
}

function newMark(): string {
  return `provisioning-${randomBytes(12).toString('hex')}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function failed(
  host: Host,
  exitCode: number,
  said: readonly string[],
  printed: readonly string[],
): DriverError {
  if (said.includes('busy')) {
    return new DriverError(
      `${host.shown}: another process has locked the record of this host. Run the command again.`,
    );
  }
  const last = printed.slice(-3).join(' | ');
  return new DriverError(
    `${host.shown}: its record (server.json) cannot be used (exit status ${exitCode}).${last ? ` It printed: ${last}.` : ''} ` +
      'Correct it on the host and run the command again.',
  );
}
