import { Failure } from '@provisioning/errors';
import { parseMoment } from '@provisioning/input';
import {
  createLogger,
  createPostgres,
  databaseVariables,
  readEnvironment,
  runToEnd,
} from '@provisioning/runtime';
import { questionsOfStoredWork, type StoredQuestion } from '../domain/access/stored-questions.js';
import { PostgresInventoryStore } from '../postgres/journal/inventory-store.js';
import { PostgresStoredWork } from '../postgres/access/stored-work.js';
import { SCHEMA } from './resources.js';

const USAGE = 'Usage: list-questions --from <time> [--to <time>]';

/**
 * Runs a `list-questions` process: prints the questions that this version would ask about the work that was
 * submitted between `--from` and `--to` (RFC 3339 times or UTC dates; now, where `--to` is absent) as one JSON document
 * `{from, to, workflows, batches, questions}`, for `questions` of `POST /policies/replay`. It only reads, and reads the
 * schema of every release since 0.1, so that it can run before `migrate`.
 */
export async function listQuestions(args: readonly string[]): Promise<void> {
  await runToEnd(async () => {
    const { from, to } = readRange(args, new Date());
    const {
      DATABASE_URL: url,
      LOG_LEVEL: level,
      LOG_FORMAT: format,
    } = readEnvironment(undefined, databaseVariables);
    const applicationName = `${SCHEMA}-list-questions`;
    const log = createLogger({ process: applicationName, level, format });
    const database = createPostgres({ url, schema: SCHEMA, applicationName, log, unhurried: true });
    try {
      const inventory = new PostgresInventoryStore(database);
      const found = await questionsOfStoredWork(new PostgresStoredWork(database), inventory, from, to);
      const document = { from, to, ...found, questions: found.questions.map(presentQuestion) };
      await write(`${JSON.stringify(document, null, 1)}\n`);
    } finally {
      await database.destroy();
    }
  });
}

function presentQuestion({ userId, action, resource, context, mode }: StoredQuestion) {
  return { user_id: userId, action, resource, context, ...(mode === undefined ? {} : { mode }) };
}

/** @throws Failure `unavailable` if the standard output cannot be written, for example because its reader closed it */
async function write(text: string): Promise<void> {
  const { stdout } = process;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new Failure('unavailable', `The standard output cannot be written: ${error.message}.`));
    stdout.once('error', fail);
    stdout.write(text, (error) => (error ? fail(error) : resolve()));
  });
}

/** @throws Failure `invalid` for anything but the two options */
function readRange(args: readonly string[], now: Date): { from: Date; to: Date } {
  const values = new Map<string, Date>();
  for (let index = 0; index < args.length; index += 2) {
    const [option, text] = args.slice(index, index + 2);
    if (option !== '--from' && option !== '--to')
      throw new Failure('invalid', `Unknown option ${JSON.stringify(option)}. ${USAGE}`);
    values.set(option, readTime(option, text));
  }
  const from = values.get('--from');
  if (!from) throw new Failure('invalid', `The option --from is required. ${USAGE}`);
  return { from, to: values.get('--to') ?? now };
}

function readTime(option: string, text: string | undefined): Date {
  const moment = text === undefined ? undefined : parseMoment(text);
  if (moment) return moment.at;
  const problem =
    text === undefined ? 'needs a value' : `must be a date or a time, not ${JSON.stringify(text)}`;
  throw new Failure(
    'invalid',
    `The option ${option} ${problem}: 2026-01-31 (its first instant in UTC) or 2026-01-31T12:00:00Z. ${USAGE}`,
  );
}
