import type { ChainedRecord } from '../../domain/audit/chain.js';
import { presentAuditRecord } from './audit.js';

export const EXPORTS = {
  'application/x-ndjson': { filename: 'audit.jsonl', chunks: jsonLines },
  'text/csv': { filename: 'audit.csv', chunks: csv },
} as const;

/** `details_text` is the text that was hashed: parsing and serializing `details` may change it. */
async function* jsonLines(pieces: AsyncIterable<ChainedRecord[]>): AsyncGenerator<string> {
  for await (const records of pieces) {
    yield records
      .map((record) => `${JSON.stringify({ ...presentAuditRecord(record), details_text: record.details })}\n`)
      .join('');
  }
}

const COLUMNS: [name: string, of: keyof ChainedRecord][] = [
  ['seq', 'seq'],
  ['id', 'eventId'],
  ['timestamp', 'at'],
  ['service', 'service'],
  ['user_id', 'userId'],
  ['username', 'username'],
  ['session_id', 'sessionId'],
  ['ip', 'ip'],
  ['request_id', 'requestId'],
  ['action', 'action'],
  ['resource', 'resource'],
  ['result', 'result'],
  ['details', 'details'],
  ['prev_hash', 'prevHash'],
  ['hash', 'hash'],
];

/** RFC 4180. */
async function* csv(pieces: AsyncIterable<ChainedRecord[]>): AsyncGenerator<string> {
  yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
  for await (const records of pieces) {
    yield records.map((record) => `${COLUMNS.map(([, of]) => cell(record[of])).join(',')}\r\n`).join('');
  }
}

/** A cell that a spreadsheet would run as a formula is preceded by an apostrophe. */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const harmless = /^[=+\-@\t\r\0]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
