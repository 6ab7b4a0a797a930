import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { systemErrorSentence } from '@provisioning/command-line';
import { findUnstorable, parseMoment, showPath, type Moment } from '@provisioning/input';
import {
  atPlace,
  decodeText,
  offsetOf,
  offsetOfName,
  parseDocument,
  positionAt,
  SourceError,
  toPlain,
  withoutSharedParts,
  type Located,
} from '@provisioning/input/documents';
import { InvalidArgumentError } from 'commander';
import { readAll, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/**
 * Reads a YAML or JSON file, or standard input for `-`. Top-level members that start with `x-`, and `$schema`, are
 * omitted: they hold shared parts and hints for editors.
 * @throws UsageError with the position of the fault
 */
export async function readDocument(file: string, { stdin }: Terminal): Promise<unknown> {
  const name = file === '-' ? 'Standard input' : file;
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readAll(stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError(systemErrorSentence(name, 'read', error));
  }
  const decoded = decodeText(bytes);
  if ('fault' in decoded) throw new UsageError(atPlace(name, decoded.fault, decoded.fault.message));
  const { text } = decoded;
  try {
    return dataOf(withoutSharedParts(parseDocument(text, extname(file) === '.json' ? 'json' : 'yaml')));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const position = error.offset === undefined ? {} : positionAt(text, error.offset);
    throw new UsageError(atPlace(name, position, error.message));
  }
}

/** @throws SourceError for a text that cannot be stored */
function dataOf(root: Located): unknown {
  const document = toPlain(root);
  const unstorable = findUnstorable(document);
  if (!unstorable) return document;
  const { path, isName, message } = unstorable;
  throw new SourceError(
    `${showPath(path)} ${isName ? 'has a name that ' : ''}${message}.`,
    isName ? offsetOfName(root, path) : offsetOf(root, path),
  );
}

/** Parses `a,b`. A repeated option appends. */
export function list(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').filter((item) => item !== '')];
}

/** Parses a non-negative integer. @throws InvalidArgumentError */
export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('The value must be a non-negative integer.');
  return Number(value);
}

/** Parses a time limit in seconds: more than 0 and at most a day. @throws InvalidArgumentError */
export function seconds(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError(
    'The value must be a number of seconds, such as 30 or 0.5, and at most 86400.',
  );
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Parses a date, which is returned unchanged, a time (RFC 3339), or a duration from now: `90d`, `12h`. */
export function dayOrTime(value: string, now = Date.now()): string {
  const { at, isDay } = momentOf(value, now);
  return isDay ? value : at.toISOString();
}

/** Like {@link dayOrTime}, as an instant: for a date, its first instant in UTC. */
export function time(value: string, now = Date.now()): string {
  return momentOf(value, now).at.toISOString();
}

/** Like {@link dayOrTime}, as the inclusive end of a period: for a date, its last instant in UTC. */
export function endTime(value: string, now = Date.now()): string {
  const { at, isDay } = momentOf(value, now);
  return (isDay ? new Date(at.getTime() + DAY_MS - 1) : at).toISOString();
}

function momentOf(value: string, now: number): Moment {
  const [, amount, unit] = /^(\d{1,6})([dh])$/.exec(value) ?? [];
  const moment = amount
    ? { at: new Date(now + Number(amount) * (unit === 'd' ? DAY_MS : HOUR_MS)), isDay: false }
    : parseMoment(value);
  if (moment) return moment;
  throw new InvalidArgumentError(
    'The value must be a date (2026-01-31), a time (2026-01-31T12:00:00Z) or a duration from now (90d, 12h).',
  );
}

/** Parses `name=value`. A value that is JSON, such as `true`, is parsed. A repeated option adds. */
export function pair(value: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('The value must have the form name=value.');
  const text = value.slice(at + 1);
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: the value is a text.
  }
  return { ...before, [value.slice(0, at)]: parsed };
}
