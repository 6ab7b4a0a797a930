import { readFile } from 'node:fs/promises';
import { systemErrorSentence } from '@provisioning/command-line';
import { InvalidArgumentError } from 'commander';
import { readAll, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { parseYaml, YamlFault } from './yaml-document.js';

/** A YAML or JSON file, or the standard input where it is `-`. */
export async function readDocument(file: string, { stdin }: Terminal): Promise<unknown> {
  const name = file === '-' ? 'The standard input' : file;
  let text: string;
  try {
    text = file === '-' ? await readAll(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(systemErrorSentence(name, 'read', error));
  }
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new UsageError(`${name} is neither YAML nor JSON: ${error.message}`);
  }
}

/** `a,b` and the option given twice come to the same. */
export function list(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').filter((item) => item !== '')];
}

export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** A time limit: more than 0 and at most a day. */
export function seconds(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError('It must be a number of seconds, such as 30 or 0.5, and 86400 at most.');
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
