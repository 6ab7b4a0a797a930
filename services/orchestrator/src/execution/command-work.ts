import { rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { parseReport, type Report } from '@provisioning/provisioner/report';
import { Command, type CommandSpec } from './command.js';
import { executorLog } from './log.js';
import { OutputFile } from './output-file.js';
import type { Spawners } from './spawners.js';
import type { Work, WorkEnd } from './work.js';

export interface CommandWorkSpec extends CommandSpec {
  /** The name of the one step that this command is; without it, it reports its steps itself. */
  step?: string | undefined;
}

/** A command with the files that it prints and reports into. */
export class CommandWork implements Work {
  readonly ended: Promise<WorkEnd>;
  readonly #command: Command;
  readonly #output: OutputFile;
  readonly #reports: OutputFile;
  /** Of the step that it is, not read yet. */
  #own: Report[] = [];

  constructor(
    private readonly spec: CommandWorkSpec,
    spawners: Spawners,
  ) {
    this.#command = new Command(spec, spawners);
    this.#output = new OutputFile(this.#command.outputPath);
    this.#reports = new OutputFile(this.#command.reportPath);
    const { step: name } = spec;
    if (name !== undefined)
      this.#own = [
        { type: 'plan', steps: 1 },
        { type: 'step', name, state: 'started' },
      ];
    this.ended = this.#command.ended.then(({ exitCode, signal, lost, evidence }) => {
      const outcome = lost !== undefined ? 'lost' : exitCode === 0 ? 'completed' : 'failed';
      if (name !== undefined && outcome !== 'lost') this.#own.push({ type: 'step', name, state: outcome });
      return { outcome, exitCode, signal, error: lost, evidence };
    });
  }

  cancel(graceSeconds: number): void {
    this.#command.cancel(graceSeconds);
  }

  kill(): void {
    this.#command.kill();
  }

  readLines(): string[] {
    return this.#output.readLines();
  }

  readRest(): string[] {
    return this.#output.readRest();
  }

  readReports(): (Report | null)[] {
    const begun = this.#own.splice(0, this.#own.length);
    return [...begun, ...this.#reports.readLines().map(parseReport)];
  }

  output(limit: number): string {
    return this.#output.headAndTail(limit);
  }

  close(): void {
    this.#output.close();
    this.#reports.close();
    remove(this.spec.directory, [this.#command.outputPath, this.#command.reportPath]);
  }
}

/** Mostly there is nothing in the folder but the one or two files; where there is, it may be much. */
function remove(directory: string, files: readonly string[]): void {
  try {
    for (const file of files) unlinkSync(file);
  } catch {
    // Not every command reports.
  }
  try {
    rmdirSync(directory);
  } catch {
    rm(directory, { recursive: true, force: true }).catch((error: unknown) =>
      executorLog('warn', 'the folder of a run could not be removed', { error: String(error) }),
    );
  }
}
