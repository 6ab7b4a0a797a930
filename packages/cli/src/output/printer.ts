import Table from 'cli-table3';
import { createColors } from 'picocolors';
import { stringify } from 'yaml';
import type { Terminal } from '../terminal.js';
import { printable } from './printable.js';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** A column's title and what stands in it. */
export type Columns<Row> = Record<string, (row: Row) => unknown>;

const GOOD = new Set(['Completed', 'Done', 'Healthy', 'ALLOW', 'delivered', 'success', 'enabled', 'Valid']);
const BAD = new Set(['Failed', 'Unhealthy', 'EXPLICIT_DENY', 'IMPLICIT_DENY', 'failed', 'denied', 'Invalid']);
const UNDER_WAY = new Set(['Running', 'RollingBack', 'RolledBack', 'Degraded', 'Cancelled', 'Waiting']);

/** Writes results to the one stream and what is said about them to the other. */
export class Printer {
  readonly colors;

  constructor(
    private readonly terminal: Terminal,
    readonly format: Format,
    color: boolean | undefined,
  ) {
    this.colors = createColors(color ?? terminal.stdout.isTTY === true);
  }

  /** Rows as a table; in the other formats the data as the API gave them. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>): void {
    if (this.format !== 'table') return this.data(rows);
    const head = Object.keys(columns);
    const table = new Table({ head: head.map((title) => title.toUpperCase()), ...PLAIN });
    for (const row of rows) table.push(head.map((title) => this.#cell(columns[title]?.(row))));
    this.line(rows.length === 0 ? 'Nothing there.' : trimLines(table.toString()));
  }

  /** One thing, member by member. */
  record(data: object, fields: Record<string, unknown> = { ...data }): void {
    if (this.format !== 'table') return this.data(data);
    const table = new Table(PLAIN);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) table.push([`${name}:`, this.#cell(value)]);
    }
    this.line(trimLines(table.toString()));
  }

  /** What was done, with a word to look for at its beginning. */
  outcome(status: string, sentence: string, data: unknown = { status, message: sentence }): void {
    if (this.format !== 'table') return this.data(data);
    this.line(`${this.status(status)}  ${printable(sentence)}`);
  }

  data(data: unknown): void {
    this.line(this.format === 'yaml' ? stringify(data).trimEnd() : JSON.stringify(data, null, 2));
  }

  /** @throws the reason why the command is to end, where there is one: nothing more is printed then */
  line(text: string): void {
    this.terminal.signal.throwIfAborted();
    this.terminal.stdout.write(`${text}\n`);
  }

  /** Beside the result: progress and remarks. */
  note(text: string): void {
    this.terminal.stderr.write(`${text}\n`);
  }

  /** The word stays whatever becomes of the colour. */
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
