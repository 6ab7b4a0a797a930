import { rmSync } from 'node:fs';
import { parseReport, type Report } from '@provisioning/provisioner/report';
import { Command, type CommandSpec } from './command.js';
import { OutputFile } from './output-file.js';
import type { Work, WorkEnd } from './work.js';

/** A command with the files that it prints and reports into. */
export class CommandWork implements Work {
  readonly ended: Promise<WorkEnd>;
  readonly #command: Command;
  readonly #output: OutputFile;
  readonly #reports: OutputFile;

  constructor(private readonly spec: CommandSpec) {
    this.#command = new Command(spec);
    this.#output = new OutputFile(this.#command.outputPath);
    this.#reports = new OutputFile(this.#command.reportPath);
    this.ended = this.#command.ended.then(({ exitCode, signal, bySilence, evidence }) => ({
      outcome: bySilence ? 'lost' : exitCode === 0 ? 'completed' : 'failed',
      exitCode,
      signal,
      // We were frozen for longer than a shim waits: that says nothing about the command.
      ...(bySilence ? { error: 'Its executor was frozen, and its shim ended it.' } : {}),
      evidence,
    }));
  }

  tick(): void {
    this.#command.tick();
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
    return this.#reports.readLines().map(parseReport);
  }

  output(limit: number): string {
    return this.#output.headAndTail(limit);
  }

  close(): void {
    this.#output.close();
    this.#reports.close();
    rmSync(this.spec.directory, { recursive: true, force: true });
  }
}
