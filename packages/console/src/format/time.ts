export const DAY_MS = 86_400_000;

/** The zone in which times are shown. */
export type Zone = 'local' | 'utc';

const formats = (zone: Zone) => {
  const timeZone = zone === 'utc' ? { timeZone: 'UTC' } : {};
  return {
    time: new Intl.DateTimeFormat(undefined, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
      ...timeZone,
    }),
    day: new Intl.DateTimeFormat(undefined, { day: '2-digit', month: 'short', year: 'numeric', ...timeZone }),
  };
};
const FORMATS: Record<Zone, ReturnType<typeof formats>> = { local: formats('local'), utc: formats('utc') };

/** `03:12:44 CET`, with the day before it unless it is today. */
export function clockTime(iso: string, now = new Date(), zone: Zone = 'local'): string {
  const at = new Date(iso);
  const { time, day } = FORMATS[zone];
  const isToday = day.format(at) === day.format(now);
  return isToday ? time.format(at) : `${day.format(at)}, ${time.format(at)}`;
}

/** `1 h 04 min`, `3 min 12 s`, `4.2 s`. @param milliseconds at least 0 */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const pad = (value: number) => String(Math.floor(value)).padStart(2, '0');
