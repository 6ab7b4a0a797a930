import type { Question } from '@provisioning/policy';
import { hashedId } from '@provisioning/runtime/hashed-id';
import { actKey, anyServer, distinctActs, resourceOf, type Act } from './act.js';

/**
 * Everything that policies need to know of a task or batch: its owner and its acts. Equal scopes are stored once, under
 * {@link scopeId}, and never change.
 */
export interface Scope {
  /** The id of the user who submitted it. */
  owner: string;
  checkMode: boolean;
  /** The name of a batch; null for tasks and rollbacks. */
  batch: string | null;
  /** Without duplicates. */
  acts: readonly Act[];
}

/** Returns a scope, without check mode and batch unless `more` has them. */
export function scopeOf(owner: string, acts: readonly Act[], more: Partial<Scope> = {}): Scope {
  return { owner, checkMode: false, batch: null, ...more, acts: distinctActs(acts) };
}

/** The id of a scope: a UUID of its content. */
export function scopeId({ owner, checkMode, batch, acts }: Scope): string {
  const lines = acts.map((act) => `${act.action} ${actKey(act)}`);
  return hashedId(JSON.stringify([owner, checkMode, batch, ...lines.sort()]));
}

/** The names in policies of an object that has acts, such as a batch. Refusals show the first one. */
export type Carrier = readonly [name: string, ...others: string[]];

/** The names of a batch in policies. */
export function batchNames({ id, name }: { id: string; name: string }): Carrier {
  return [`batches:${name}`, `batches:${id}`];
}

/** The same questions in a mode that allows everything that no rule denies. */
export function unlessDenied(questions: readonly Question[]): Question[] {
  return questions.map((question) => ({ ...question, mode: 'not_denied' }));
}

/** The same questions, where approvals count as given. */
export function approvable(questions: readonly Question[]): Question[] {
  return questions.map((question) => ({
    ...question,
    mode: question.mode === undefined || question.mode === 'allowed' ? 'approvable' : question.mode,
  }));
}

/** The questions for doing everything in a scope, such as retrying a task. */
export function doQuestions(
  action: Question['action'],
  carrier: Carrier,
  scope: Scope,
  checkMode = scope.checkMode,
): Question[] {
  const asked = { ...scope, checkMode };
  return [...carrierQuestions(action, carrier, asked), ...actQuestions(asked)];
}

/** The questions for each act of a scope. A user who may not read an infra may not change it either. */
export function actQuestions(scope: Scope): Question[] {
  return distinct(
    scope.acts.flatMap((act) => [
      { action: act.action, resource: resourceOf(act), context: contextOf(act, scope) },
      {
        action: 'read',
        resource: `servers:${act.infra}`,
        context: { ...placeOf(act), owner: scope.owner },
        mode: 'not_denied',
      } as const,
    ]),
  );
}

/** The questions for cancelling work: those for doing it, and whether a rule denies cancelling it. */
export function cancelQuestions(carrier: Carrier, scope: Scope): Question[] {
  return [
    ...doQuestions('cancel', carrier, scope),
    ...distinct(
      scope.acts.map((act) => ({
        action: 'cancel',
        resource: resourceOf(act),
        context: contextOf(act, scope),
        mode: 'not_denied',
      })),
    ),
  ];
}

/** The questions for reading an object: the object, each of its infras, and each object of its acts. */
export function readQuestions(carrier: Carrier, scope: Scope): Question[] {
  return [...carrierQuestions('read', carrier, scope), ...actReadQuestions(scope)];
}

/** The questions for reading each infra and object of a scope. */
function actReadQuestions(scope: Scope): Question[] {
  return distinct(scope.acts.flatMap((act) => thingQuestions(act, { owner: scope.owner })));
}

/**
 * The questions for an action on a plan, in each of its infras. A plan shows what it changes: every action requires
 * reading it.
 */
export function planQuestions(action: Question['action'], scope: Scope): Question[] {
  const infras = [...new Set(scope.acts.map(({ infra }) => infra))].sort();
  if (infras.length === 0) return carrierQuestions(action, ['plans:*'], scope);
  return [
    ...infras.flatMap((infra) => {
      const acts = scope.acts.filter((act) => act.infra === infra);
      return carrierQuestions(action, [`plans:${infra}`], { ...scope, acts });
    }),
    ...actReadQuestions(scope),
  ];
}

/** The questions for reading a resource and its infra. */
export function thingQuestions(
  thing: Pick<Act, 'kind' | 'infra' | 'name' | 'provider'>,
  more: Record<string, unknown> = {},
): Question[] {
  const { kind, infra, provider } = thing;
  const context = { infra, kind, ...(provider === null ? {} : { provider }), ...more };
  const infraItself = { action: 'read', resource: `servers:${infra}`, context } as const;
  return kind === 'server'
    ? [infraItself]
    : [infraItself, { action: 'read', resource: resourceOf(thing), context }];
}

/** The questions for reading an infra. */
export function infraQuestions(infra: string): Question[] {
  return thingQuestions(anyServer(infra));
}

/** One question for each infra, kind and provider: policies may have conditions on any of them. */
export function carrierQuestions(
  action: Question['action'],
  [resource, ...alsoKnownAs]: Carrier,
  scope: Scope,
): Question[] {
  const contexts = scope.acts.map((act) => ({
    ...placeOf(act),
    owner: scope.owner,
    check_mode: scope.checkMode,
    ...(scope.batch === null ? {} : { name: scope.batch }),
  }));
  // Work without acts is checked as well.
  const all = contexts.length > 0 ? contexts : [{ owner: scope.owner, check_mode: scope.checkMode }];
  return distinct(all.map((context) => ({ action, resource, alsoKnownAs, context })));
}

function contextOf(act: Act, { owner, checkMode }: Scope): Record<string, unknown> {
  const { action, kind, name } = act;
  return {
    ...placeOf(act),
    owner,
    check_mode: checkMode,
    operation: action,
    ...(kind === 'taskserv' ? { taskserv: name } : kind === 'cluster' ? { cluster_type: name } : {}),
  };
}

function placeOf({ infra, kind, provider }: Act): Record<string, unknown> {
  return { infra, kind, ...(provider === null ? {} : { provider }) };
}

function distinct(questions: Question[]): Question[] {
  return [...new Map(questions.map((question) => [JSON.stringify(question), question])).values()];
}
