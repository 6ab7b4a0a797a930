import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { MAX_REPORT_BYTES, type IntentReport, type Report } from './types.js';

/** Appends reports to a file. */
export interface Reporter {
  /** Appends one line. When it returns, the line is in the file, even if this process is killed. */
  report(report: Report): void;
  /** The same for an intent. When the promise resolves, the intent is stored, even if the act then fails. */
  intend(intent: IntentReport): Promise<void>;
  close(): void;
}

/**
 * Reports into a file, or nowhere if no path is given.
 * @throws Error if the file cannot be opened; `report` throws if it cannot be written
 */
export function createReporter(path: string | undefined): Reporter {
  if (path === undefined || path === '')
    return { report: () => {}, intend: () => Promise.resolve(), close: () => {} };
  let file: number | undefined = openSync(path, 'a', 0o600);
  const report = (report: Report) => {
    if (file === undefined) throw new Error('The report is closed.');
    const line = Buffer.from(`${JSON.stringify(report)}\n`);
    if (line.length - 1 > MAX_REPORT_BYTES) {
      throw new Error(`A report of type "${report.type}" has ${line.length} bytes and is too long.`);
    }
    // One write per line, so that lines of several programs in one file never mix.
    if (writeSync(file, line) !== line.length)
      throw new Error('The report file accepted only a part of a line.');
  };
  return {
    report,
    intend(intent) {
      report(intent);
      if (file !== undefined) fsyncSync(file);
      return Promise.resolve();
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
