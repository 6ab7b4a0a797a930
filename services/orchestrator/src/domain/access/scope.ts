import type { Question } from '@provisioning/policy';
import { hashedId } from '@provisioning/runtime/hashed-id';
import { actKey, anyServer, distinctActs, resourceOf, type Act } from './act.js';

/**
 * What a task or a batch touches and whose it is: all that the policies are asked about it. Stored once for all that have
 * the same, under {@link scopeId}, and never changed.
 */
export interface Scope {
  /** The id of the user who submitted it. */
  owner: string;
  checkMode: boolean;
  /** Of a batch; null for tasks and rollbacks. */
  batch: string | null;
  /** Each once. */
  acts: readonly Act[];
}

export function scopeOf(owner: string, acts: readonly Act[], more: Partial<Scope> = {}): Scope {
  return { owner, checkMode: false, batch: null, ...more, acts: distinctActs(acts) };
}

export function scopeId({ owner, checkMode, batch, acts }: Scope): string {
  const lines = acts.map((act) => `${act.action} ${actKey(act)}`);
  return hashedId(JSON.stringify([owner, checkMode, batch, ...lines.sort()]));
}

/** An object that carries acts, by the names under which policies know it; the first is the one that refusals name. */
export type Carrier = readonly [name: string, ...others: string[]];

export function batchNames({ id, name }: { id: string; name: string }): Carrier {
  return [`batches:${name}`, `batches:${id}`];
}

/** The same questions, answered with yes unless a rule denies. */
export function unlessDenied(questions: readonly Question[]): Question[] {
  return questions.map((question) => ({ ...question, mode: 'not_denied' }));
}

/** Asks to do all that a scope does, carried by something, such as to retry a task. */
export function doQuestions(
  action: Question['action'],
  carrier: Carrier,
  scope: Scope,
  checkMode = scope.checkMode,
): Question[] {
  const asked = { ...scope, checkMode };
  return [...carrierQuestions(action, carrier, asked), ...actQuestions(asked)];
}

/** Asks for each act of a scope by itself. Who is denied to read an infra changes nothing in it, whatever the act is. */
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

/**
 * Asks to cancel something: as doing it, since what is cut short changes the same things. A rule may also deny cancelling
 * it as such.
 */
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

/** Asks to read something: what carries it, each infra that it is about, and each thing that it touches. */
export function readQuestions(carrier: Carrier, scope: Scope): Question[] {
  return [
    ...carrierQuestions('read', carrier, scope),
    ...distinct(scope.acts.flatMap((act) => thingQuestions(act, { owner: scope.owner }))),
  ];
}

/** Asks to read a thing, and its infra. */
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

/** Asks to read an infra. */
export function infraQuestions(infra: string): Question[] {
  return thingQuestions(anyServer(infra));
}

/** One question for each infra, kind and provider, since conditions may ask for any of them. */
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
  // Work that touches nothing is asked about all the same.
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
