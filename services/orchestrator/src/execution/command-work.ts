import { dirname } from 'node:path';
import { parseReport, type Report } from '@provisioning/provisioner/report';
import { Command, type CommandSpec } from './command.js';
import { LogDisk } from './log-disk.js';
import type { CutText } from './masking/masker.js';
import { OutputFile } from './output-file.js';
import type { RunFolders } from './run-folders.js';
import type { Spawners } from './spawners.js';
import type { Work, WorkEnd } from './work.js';

/** A command, and how its output is read. */
export interface CommandWorkSpec extends Omit<CommandSpec, 'directory' | 'user'> {
  /** The name of the command's only step; without it, the command reports its steps itself. */
  step?: string | undefined;
}

/** A command with the files for its output and its reports. */
export class CommandWork implements Work {
  readonly ended: Promise<WorkEnd>;
  readonly #directory: string;
  readonly #command: Command;
  readonly #output: OutputFile;
  readonly #reports: OutputFile;
  readonly #disk: LogDisk;
  /** Reports of its only step that were not read yet. */
  #own: Report[] = [];

  constructor(
    { step: name, ...spec }: CommandWorkSpec,
    spawners: Spawners,
    private readonly folders: RunFolders,
  ) {
    this.#directory = folders.take();
    const outputPath = folders.outputPath(this.#directory);
    this.#disk = new LogDisk(dirname(outputPath));
    this.#command = new Command(
      { ...spec, directory: this.#directory, outputPath, user: folders.user },
      spawners,
    );
    this.#output = new OutputFile(this.#command.outputPath);
    this.#reports = new OutputFile(this.#command.reportPath);
    if (name !== undefined)
      this.#own = [
        { type: 'plan', steps: 1 },
        { type: 'step', name, state: 'started' },
      ];
    this.ended = this.#command.ended.then(({ exitCode, signal, lost, begun, fault, evidence }) => {
      this.#disk.look();
      const outcome = lost !== undefined ? 'lost' : exitCode === 0 ? 'completed' : 'failed';
      if (name !== undefined && outcome !== 'lost') this.#own.push({ type: 'step', name, state: outcome });
      return { outcome, exitCode, signal, error: lost ?? fault, begun, evidence };
    });
  }

  cancel(graceSeconds: number): void {
    this.#command.cancel(graceSeconds);
  }

  kill(): void {
    this.#command.kill();
  }

  get hasOutput(): boolean {
    return this.#output.hasMore;
  }

  readLines(): string[] {
    const lines = this.#output.readLines();
    if (lines.length > 0) return lines;
    const notes = this.#disk.readNotes();
    // An incomplete last line is complete with this.
    return notes.length > 0 ? [...this.#output.readRest(), ...notes] : [];
  }

  readRest(): string[] {
    return this.#output.readRest();
  }

  readReports(): (Report | null)[] {
    return [...this.#own.splice(0), ...this.#reports.readLines().map(parseReport)];
  }

  output(limit: number): CutText {
    const { noteInOutput } = this.#disk;
    const text = this.#output.headAndTail(limit);
    if (noteInOutput === '') return text;
    const { note, tail } = text.cut ?? { note: '', tail: '' };
    return { head: text.head, cut: { note: `${note}${noteInOutput}`, tail } };
  }

  close(): void {
    this.#output.close();
    this.#reports.close();
    this.folders.giveBack(this.#directory, this.#command.files);
  }
}
