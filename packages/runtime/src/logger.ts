import winston from 'winston';
import { redact } from './redact.js';
import { currentContext } from './request-context.js';

/** A log with levels. `fields` are logged beside the message. */
export interface Logger {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Name of the process, in each line. */
  process: string;
  level: string;
  format: 'json' | 'text';
}

const enrich = winston.format((info) => {
  const { level, message, ...fields } = info;
  const context = currentContext();
  const ids = context ? { request_id: context.requestId, trace_id: context.traceId } : {};
  // Safe cast: redact keeps an object an object.
  const safe = redact({ message, ...ids, ...fields }) as object;
  return Object.assign(info, { timestamp: new Date().toISOString(), level }, safe);
});

const text = winston.format.printf(({ timestamp, level, message, process: _process, ...fields }) => {
  const rest = Object.entries(fields).filter(([, value]) => value !== undefined);
  const details = rest.map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(timestamp).slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${String(message)}${details.join('')}`;
});

/** Logs one line per event on standard output: JSON, or text for people. Masks secrets; adds request and trace ids. */
export function createLogger({ process, level, format }: LoggerOptions): Logger {
  const logger = winston.createLogger({
    level,
    defaultMeta: { process },
    format: winston.format.combine(enrich(), format === 'json' ? winston.format.json() : text),
    // Without a level: a transport's level would override the logger's.
    transports: [new winston.transports.Console()],
  });
  // Winston formats every line and checks its level only afterwards.
  const at = (name: keyof Logger) =>
    logger.isLevelEnabled(name)
      ? (message: string, fields?: object) => void logger.log(name, message, fields)
      : () => undefined;
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** A logger that logs nothing. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
