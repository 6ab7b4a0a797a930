import { Failure, type FailureKind } from '@provisioning/errors';
import { parseMoment, type Moment } from '@provisioning/input';

type InputKind = Extract<FailureKind, 'malformed' | 'invalid'>;

const DAY_MS = 86_400_000;

/** A range with both ends included; undefined for an open end. */
export interface TimeRange {
  from: Date | undefined;
  to: Date | undefined;
}

/**
 * Returns the range between two validated times. A day stands for all of it: as `from` its first instant, as `to` its
 * last.
 * @param kind of the Failure for an end before the beginning: `malformed` for a query, `invalid` for a body.
 */
export function timeRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  kind: InputKind,
): TimeRange {
  const first = from === undefined ? undefined : momentOf('from', from, kind);
  const last = to === undefined ? undefined : momentOf('to', to, kind);
  const range = { from: first?.at, to: last && lastInstant(last) };
  if (range.from === undefined || range.to === undefined || range.from <= range.to) return range;
  throw notValid('from', `must not be after to, and ${from} is after ${to}`, kind);
}

function lastInstant({ at, isDay }: Moment): Date {
  return isDay ? new Date(at.getTime() + DAY_MS - 1) : at;
}

/** The format allows leap seconds, which Date does not. */
function momentOf(name: string, text: string, kind: InputKind): Moment {
  const moment = parseMoment(text);
  if (moment) return moment;
  throw notValid(name, 'must be a time without a leap second', kind);
}

function notValid(path: string, message: string, kind: InputKind): Failure {
  return new Failure(kind, `${path} ${message}.`, {
    code: kind === 'invalid' ? 'validation_failed' : 'bad_parameter',
    details: [{ path, message }],
  });
}
