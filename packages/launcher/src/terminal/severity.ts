type Severity = 'info' | 'warn' | 'error';

/** The text of a log line, and its severity for a person who watches the terminal. */
export interface Entry {
  severity: Severity;
  text: string;
}

/** A line of one of the platform's processes: JSON, or text when LOG_FORMAT says so. */
export function serviceEntry(stream: 'stdout' | 'stderr', line: string): Entry {
  const record = parsed(line);
  if (record !== null) {
    const level = String(record['level']);
    // Safe cast: the logger writes errors as objects; the type of the member is checked.
    const reason = record['error'] as { message?: unknown } | undefined;
    const text =
      typeof reason?.message === 'string'
        ? `${String(record['message'])}: ${reason.message}`
        : String(record['message']);
    return { severity: level === 'error' || level === 'warn' ? level : 'info', text };
  }
  if (stream === 'stderr') return { severity: 'error', text: line };
  const word = /\b(ERROR|WARN)\b/.exec(line)?.[1];
  return { severity: word === 'ERROR' ? 'error' : word === 'WARN' ? 'warn' : 'info', text: line };
}

/** Only faults that end a session or the server: a refused statement concerns only its client. */
export function postgresEntry(line: string): Entry {
  const routine =
    /due to administrator command|the database system is (starting up|shutting down|in recovery)/;
  return { severity: /\b(FATAL|PANIC):/.test(line) && !routine.test(line) ? 'error' : 'info', text: line };
}

/** Redis marks warnings with `#`, but also its greeting and its advice about the kernel. */
export function redisEntry(line: string): Entry {
  const grave = / # (?!WARNING).*(error|fail|can't|cannot|denied|no space|out of memory)/i;
  return { severity: grave.test(line) ? 'error' : 'info', text: line };
}

function parsed(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    // Safe cast: a line of a log that begins with a brace is an object.
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
