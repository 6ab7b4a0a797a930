/** A time in the notation of people: an instant, or a whole day in UTC. */
export interface Moment {
  /** The instant, or the first one of the day. */
  at: Date;
  /** Whether it is a date without a time. */
  isDay: boolean;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/;

/**
 * Parses `2026-01-31` or an instant of RFC 3339 (`2026-01-31T12:00:00Z`, `…+02:00`). Undefined for anything else, for days
 * that do not exist, and for leap seconds.
 */
export function parseMoment(text: string): Moment | undefined {
  const day = INSTANT.exec(text)?.[1] ?? text;
  if (!isCalendarDay(day)) return undefined;
  if (day === text) return { at: new Date(`${day}T00:00:00Z`), isDay: true };
  const [, , hour, minute, second, offsetHour = '0', offsetMinute = '0'] = INSTANT.exec(text)!.map(String);
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!inRange || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  return { at: new Date(text.toUpperCase()), isDay: false };
}

function isCalendarDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // A day that the month does not have would become a day of the next month.
  return (
    !Number.isNaN(date.getTime()) &&
    date.getUTCMonth() + 1 === Number(month) &&
    date.getUTCDate() === Number(day)
  );
}
