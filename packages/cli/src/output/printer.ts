import Table from 'cli-table3';
import { createColors } from 'picocolors';
import { stringify } from 'yaml';
import type { Terminal } from '../terminal.js';
import { printable } from './printable.js';

/** The output formats. */
export const FORMATS = ['table', 'json', 'yaml'] as const;
/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** The title of each column and how to get its value. */
export type Columns<Row> = Record<string, (row: Row) => unknown>;

const GOOD = new Set([
  'Completed',
  'Done',
  'Healthy',
  'ALLOW',
  'delivered',
  'success',
  'enabled',
  'Valid',
  'allow',
  'alive',
]);
const BAD = new Set([
  'Failed',
  'Unhealthy',
  'EXPLICIT_DENY',
  'IMPLICIT_DENY',
  'failed',
  'denied',
  'Invalid',
  'deny',
  'overdue',
]);
const UNDER_WAY = new Set([
  'Running',
  'RollingBack',
  'RolledBack',
  'Degraded',
  'Cancelled',
  'Waiting',
  'NEEDS_APPROVAL',
]);

/** Writes results to stdout, and progress and notes to stderr. */
export class Printer {
  readonly colors;

  constructor(
    private readonly terminal: Terminal,
    readonly format: Format,
    color: boolean | undefined,
  ) {
    this.colors = createColors(color ?? terminal.stdout.isTTY === true);
  }

  /** Prints rows as a table, or in the other formats the data of the API. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>): void {
    if (this.format !== 'table') return this.data(rows);
    const head = Object.keys(columns);
    const table = new Table({ head: head.map((title) => title.toUpperCase()), ...PLAIN });
    for (const row of rows) table.push(head.map((title) => this.#cell(columns[title]?.(row))));
    this.line(rows.length === 0 ? 'No results.' : trimLines(table.toString()));
  }

  /** Prints one object, one field a line. */
  record(data: object, fields: Record<string, unknown> = { ...data }): void {
    if (this.format !== 'table') return this.data(data);
    const table = new Table(PLAIN);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) table.push([`${name}:`, this.#cell(value)]);
    }
    this.line(trimLines(table.toString()));
  }

  /** Prints a result, starting with a status word. */
  outcome(status: string, sentence: string, data: unknown = { status, message: sentence }): void {
    if (this.format !== 'table') return this.data(data);
    this.line(`${this.status(status)}  ${printable(sentence)}`);
  }

  /** Prints that a change was made. The formats other than a table have the ids beside the status and the sentence. */
  done(sentence: string, ids: Readonly<Record<string, string>>): void {
    this.outcome('Done', sentence, { status: 'Done', message: sentence, ...ids });
  }

  /** Prints data as YAML or JSON. */
  data(data: unknown): void {
    this.line(this.format === 'yaml' ? stringify(data).trimEnd() : JSON.stringify(data, null, 2));
  }

  /** Prints a line on stdout. @throws the reason of an aborted command, instead of printing */
  line(text: string): void {
    this.terminal.signal.throwIfAborted();
    this.terminal.stdout.write(`${text}\n`);
  }

  /** Prints progress or a note on stderr. */
  note(text: string): void {
    this.terminal.stderr.write(`${text}\n`);
  }

  /** Colours a status word. */
  status(word: string): string {
    if (GOOD.has(word)) return this.colors.green(word);
    if (BAD.has(word)) return this.colors.red(word);
    return UNDER_WAY.has(word) ? this.colors.yellow(word) : word;
  }

  #cell(value: unknown): string {
    if (value === null || value === undefined || value === '') return '-';
    if (Array.isArray(value)) return value.length === 0 ? '-' : printable(value.join(', '));
    const text = printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
    return this.status(text);
  }
}

const NONE = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
const PLAIN = {
  chars: {
    ...NONE,
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};
const trimLines = (text: string) => text.replace(/ +$/gm, '');
