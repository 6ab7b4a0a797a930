import type {
  PolicyReplayRequest,
  PolicyReplayResult,
  PolicyRequest,
  PolicyRule,
  PolicySimulateRequest,
} from '@provisioning/contracts';
import { ACTIONS } from '@provisioning/contracts/actions';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { endTime, list, pair, readDocument, time } from '../../input.js';
import type { Printer } from '../../output/printer.js';
import { UsageError } from '../../usage-error.js';
import { printList, withListOptions, type ListOptions } from '../print-list.js';

/** Fewer than the contract allows, so that the body stays below its limit of 2 MiB. */
const QUESTIONS_A_REQUEST = 1_000;

type Drafts = NonNullable<PolicySimulateRequest['policies']>;
interface SimulateOptions {
  roles: string[];
  user?: string;
  action: PolicySimulateRequest['action'];
  resource: string;
  context?: Record<string, unknown>;
  policies?: string;
}
interface ReplayOptions {
  from: string;
  to?: string;
  userId?: string;
  policies?: string;
  questions?: string;
}

/** Adds `provctl policy` to the program. */
/** Adds `provctl policy` to the program. */
/** Adds `provctl policy` to the program. */
export function policyCommands(program: Command, actions: Actions): void {
  const policy = program.command('policy').description('list, validate and test policies');
  withListOptions(policy.command('list').description('list policies, newest first')).action(
    actions.of(async (context, options: ListOptions) =>
      printList(context, context.client.controlCenter.listPolicies, {}, options, {
        status: ({ enabled }) => (enabled ? 'enabled' : 'disabled'),
        id: ({ id }) => id,
        name: ({ name }) => name,
        version: ({ version }) => version,
        rules: ({ rules }) => rules.length,
      }),
    ),
  );
  policy
    .command('validate <file>')
    .description('validate the rules of a policy file (YAML or JSON, - for standard input)')
    .action(actions.of(validate));
  policy
    .command('simulate')
    .description('show how the policies would decide a request; exit code 0 means allowed')
    .requiredOption('--roles <roles>', 'roles of the user, separated by commas', list)
    .option('--user <name>', 'name of the user')
    .requiredOption('--action <action>', `one of ${ACTIONS.join(', ')}`)
    .requiredOption('--resource <type:id>', 'resource, such as servers:production')
    .option('--context <name=value>', 'context, such as infra=production; repeatable', pair)
    .option('--policies <file>', 'policies to use instead of the enabled ones')
    .action(actions.of(simulate));
  policy
    .command('replay')
    .description('replay logged decisions; exit code 0 means that none would differ')
    .requiredOption('--from <time>', 'start: a date (UTC), a time (RFC 3339) or 90d', (value) => time(value))
    .option('--to <time>', 'end, inclusive: a date (UTC) or a time (RFC 3339)', (value) => endTime(value))
    .option('--user-id <id>', 'only requests of this user')
    .option('--policies <file>', 'policies to use instead of the enabled ones')
    .option(
      '--questions <file>',
      'also decide these questions, as printed by list-questions of the next release',
    )
    .action(actions.of(replay));
}

async function validate({ client, printer, terminal }: Context, file: string): Promise<ExitCode> {
  const rules = await rulesIn(file, terminal);
  const result = await client.controlCenter.validatePolicy({ body: { rules } });
  if (printer.format !== 'table') printer.data(result);
  else if (result.valid) printer.outcome('Valid', `All ${rules.length} rules are valid.`);
  else {
    for (const { path, message, line, column } of result.problems) {
      printer.outcome('Invalid', `${path}${line ? ` (${line}:${column ?? 1})` : ''}: ${message}`);
    }
  }
  return result.valid ? EXIT.done : EXIT.failed;
}

async function simulate({ client, printer, terminal }: Context, options: SimulateOptions): Promise<ExitCode> {
  const { roles, user, action, resource, context, policies } = options;
  const result = await client.controlCenter.simulatePolicies({
    body: {
      principal: { roles, ...(user ? { username: user } : {}) },
      action,
      resource,
      ...(context ? { context } : {}),
      ...(policies ? { policies: await draftsIn(policies, terminal) } : {}),
    },
  });
  if (printer.format !== 'table') printer.data(result);
  else {
    printer.outcome(result.decision, `${action} on ${resource}`);
    for (const { effect, policy, rule, decided, reason } of result.matched) {
      const why = reason ? ` (${reason})` : '';
      printer.line(`  ${effect}  ${policy}, rule ${rule}${decided ? ' (decided)' : ''}${why}`);
    }
  }
  return result.decision === 'ALLOW' ? EXIT.done : EXIT.failed;
}

async function replay({ client, printer, terminal }: Context, options: ReplayOptions): Promise<ExitCode> {
  const { from, to, userId, policies, questions: file } = options;
  const body: PolicyReplayRequest = {
    from,
    ...(to ? { to } : {}),
    ...(userId ? { user_id: userId } : {}),
    ...(policies ? { policies: await draftsIn(policies, terminal) } : {}),
  };
  const questions = file === undefined ? [] : await questionsIn(file, terminal);
  const first = questions.slice(0, QUESTIONS_A_REQUEST);
  const result = await client.controlCenter.replayDecisions({
    body: file === undefined ? body : { ...body, questions: first },
  });
  for (let start = first.length; start < questions.length; start += QUESTIONS_A_REQUEST) {
    const slice = questions.slice(start, start + QUESTIONS_A_REQUEST);
    // The first request has replayed the log.
    const { questions: more } = await client.controlCenter.replayDecisions({
      body: { ...body, limit: 1, questions: slice },
    });
    if (more && result.questions) addQuestions(result.questions, more, start);
  }
  if (printer.format !== 'table') printer.data(result);
  else printReplay(result, printer);
  const refused = result.questions?.refused.length ?? 0;
  return result.changed.length + refused === 0 ? EXIT.done : EXIT.failed;
}

type ReplayedQuestions = NonNullable<PolicyReplayResult['questions']>;

/** @param start where the questions of `more` begin in the file */
function addQuestions(all: ReplayedQuestions, more: ReplayedQuestions, start: number): void {
  all.checked += more.checked;
  all.refused.push(...more.refused.map((one) => ({ ...one, index: one.index + start })));
  all.unknown_users = [...new Set([...all.unknown_users, ...more.unknown_users])];
}

function printReplay({ checked, changed, truncated, questions }: PolicyReplayResult, printer: Printer): void {
  for (const { before, after, action, resource, decision_id } of changed)
    printer.outcome(after, `${action} on ${resource} was ${before} (decision ${decision_id})`);
  const atLeast = truncated ? 'at least ' : '';
  printer.outcome('Done', `Replayed ${checked} decisions; ${atLeast}${changed.length} would differ.`);
  if (!questions) return;
  for (const { decision, username, action, resource } of questions.refused)
    printer.outcome(decision, `${action} on ${resource} for ${username}`);
  const deleted = questions.unknown_users.length;
  const skipped = deleted === 0 ? '' : ` Skipped the questions of ${deleted} deleted users.`;
  printer.outcome(
    'Done',
    `Decided ${questions.checked} questions; ${questions.refused.length} would be denied.${skipped}`,
  );
}

/** Reads a list of questions, or a document with `questions`. @throws UsageError for anything else */
async function questionsIn(
  file: string,
  terminal: Context['terminal'],
): Promise<NonNullable<PolicyReplayRequest['questions']>> {
  const document = await readDocument(file, terminal);
  // Safe cast: a value without that member yields undefined.
  const questions = Array.isArray(document)
    ? document
    : (document as Partial<PolicyReplayRequest> | null)?.questions;
  if (!Array.isArray(questions))
    throw new UsageError(`${file} must be a list of questions or a document with "questions".`);
  // Safe cast: the service validates each question.
  return questions as NonNullable<PolicyReplayRequest['questions']>;
}

async function rulesIn(file: string, terminal: Context['terminal']): Promise<PolicyRule[]> {
  const document = await readDocument(file, terminal);
  // Safe cast: a value without that member yields undefined.
  const rules = Array.isArray(document) ? document : (document as Partial<PolicyRequest> | null)?.rules;
  if (!Array.isArray(rules))
    throw new UsageError(`${file} must be a policy with "rules" or a list of rules.`);
  // Safe cast: the service validates each rule.
  return rules as PolicyRule[];
}

/** Reads a policy or a list of policies. @throws UsageError for a policy without name or rules */
async function draftsIn(file: string, terminal: Context['terminal']): Promise<Drafts> {
  // Safe cast: members are checked below, and the service validates each policy.
  const documents = [await readDocument(file, terminal)].flat() as Partial<PolicyRequest>[];
  return documents.map((document) => {
    const { name, rules, enabled } = document ?? {};
    if (!name || !Array.isArray(rules))
      throw new UsageError(`${file}: a policy must have a "name" and "rules".`);
    return { name, rules, ...(enabled === undefined ? {} : { enabled }) };
  });
}
