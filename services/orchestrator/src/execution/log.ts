/** The executor's log: the lines of the other processes' JSON format, without their library. */
export function executorLog(level: 'info' | 'warn' | 'error', message: string, fields: object = {}): void {
  const line = { level, message, process: 'executor', ...fields, timestamp: new Date().toISOString() };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function logJob(level: 'info' | 'warn' | 'error') {
  return (message: string, fields: { error?: unknown } = {}) => {
    const { error, ...others } = fields;
    executorLog(level, message, error === undefined ? others : { ...others, error: String(error) });
  };
}

/** The executor's log, as the job runner needs it: JSON shows nothing of an Error, so its text is logged. */
export const jobLog = { info: logJob('info'), warn: logJob('warn'), error: logJob('error') };

/** The fields that link a log line about an attempt to the request that submitted the task. */
export function aboutTask({
  id,
  attempt,
  requestId,
  traceparent,
}: {
  id: string;
  attempt: number;
  requestId: string;
  traceparent: string | null;
}): object {
  const traceId = traceparent?.split('-')[1];
  return { task_id: id, attempt, request_id: requestId, ...(traceId ? { trace_id: traceId } : {}) };
}
