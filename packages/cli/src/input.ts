import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { parse } from 'yaml';
import { readAll, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** A YAML or JSON file, or the standard input where it is `-`. */
export async function readDocument(file: string, { stdin }: Terminal): Promise<unknown> {
  let text: string;
  try {
    text = file === '-' ? await readAll(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new UsageError(
      `${file} is neither YAML nor JSON: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  }
}

/** `a,b` and the option given twice come to the same. */
export function list(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').filter((item) => item !== '')];
}

export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('It is a whole number.');
  return Number(value);
}

export function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('It is a number of seconds.');
  return number;
}

/** A moment (ISO 8601), or how long from now on: `90d`, `12h`. */
export function moment(value: string, now = Date.now()): string {
  const [, amount, unit] = /^(\d+)([dh])$/.exec(value) ?? [];
  const at = amount
    ? new Date(now + Number(amount) * (unit === 'd' ? 86_400_000 : 3_600_000))
    : new Date(value);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('It is a moment (2026-01-31T12:00:00Z) or 90d.');
  return at.toISOString();
}

/** `infra=production check_mode=true`: words that are JSON are taken as such. */
export function pair(value: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is name=value.');
  const text = value.slice(at + 1);
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A plain word.
  }
  return { ...before, [value.slice(0, at)]: parsed };
}
