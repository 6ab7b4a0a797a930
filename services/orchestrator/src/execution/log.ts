/** The executor's log: the lines of the other processes' JSON format, without their library. */
export function executorLog(level: 'info' | 'warn' | 'error', message: string, fields: object = {}): void {
  const line = { level, message, process: 'executor', ...fields, timestamp: new Date().toISOString() };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
