import type { BodyOf, DataOf, Operation, ParamsOf, QueryOf } from '@provisioning/contracts';
import { Failure, isFailure } from '@provisioning/errors';
import type { Question } from '@provisioning/policy';
import type { Principal } from './principal.js';
import type { Reply } from './reply.js';

/** A caller's Idempotency-Key with a digest of what it was sent with. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

export interface HandlerRequest<O> {
  params: ParamsOf<O>;
  query: QueryOf<O>;
  body: BodyOf<O>;
  /** What the policies were asked and have allowed; empty where they are not asked. */
  asked: readonly Question[];
  method: string;
  path: string;
  /**
   * Asks the policies what only became known while the request is served, such as the steps of a plan.
   * @throws Failure `forbidden` naming every refusal
   */
  permit: (questions: readonly Question[]) => Promise<void>;
  /** Absent on public operations and on those for services. */
  principal: Principal | undefined;
  /** The service that calls an operation for services; undefined on all others. */
  service: string | undefined;
  ip: string;
  userAgent: string | undefined;
  requestId: string;
  idempotency: IdempotencyKey | undefined;
  /** The `Prefer` header (RFC 7240), e.g. `respond-async`. */
  prefer: string | undefined;
  /** Which of the operation's other media types (`alsoAs`) the caller would rather have than JSON. */
  mediaType: string | undefined;
  /** `If-Match` without its quotes. */
  ifMatch: string | undefined;
  /** `Last-Event-ID`, of one who follows a stream of events again. */
  lastEventId: string | undefined;
}

/** A checked request, before it is allowed. */
export type Unpermitted<O> = Pick<HandlerRequest<O>, 'params' | 'query' | 'body' | 'idempotency'> & {
  principal: Principal;
  /** What the operation's declaration asks. */
  declared: Question;
};

/** What the policies are asked before an operation is carried out, and what was read to know it. */
export type Asked<Found> =
  | { questions: readonly Question[]; found: Found }
  /** What the operation is about is not there: those who may ask are answered with this failure. */
  | { questions: readonly Question[]; failure: Failure };

/**
 * One question for each thing that the operation touches, from checked values and stored objects. All of them must be
 * answered with yes.
 */
export type Asks<O, Found> = (request: Unpermitted<O>) => Promise<Asked<Found>> | Asked<Found>;

export type Handler<O, Found = undefined> = (
  request: HandlerRequest<O> & { found: Found },
) => Promise<Reply<DataOf<O>>> | Reply<DataOf<O>>;

/** An operation with its handler, ready to be mounted. */
export interface Binding {
  operation: Operation;
  /** Absent: the operation's declaration is asked as it stands. */
  asks?: Asks<Operation, unknown>;
  handle: (
    request: HandlerRequest<Operation> & { found: unknown },
  ) => Promise<Reply<unknown>> | Reply<unknown>;
}

/** `on(listTasks)(handler)`: two calls, so that the handler's types follow from the operation's schemas. */
export function on<O extends Operation, Found = undefined>(
  operation: O,
  asks?: Asks<O, Found>,
): (handler: Handler<O, Found>) => Binding {
  return (handler) => ({
    operation,
    // The operation's own schemas have checked what both are given.
    ...(asks ? { asks: asks as Asks<Operation, unknown> } : {}),
    handle: handler as Binding['handle'],
  });
}

/** For lists: whether the caller may read any of the rows; each row is asked about by itself. */
export function asksOfRows({ declared }: Pick<Unpermitted<Operation>, 'declared'>): Asked<undefined> {
  return { questions: [{ ...declared, mode: 'open' }], found: undefined };
}

/**
 * Asks about a stored object. Where there is none, only the declaration is asked: who may not do this to any object does
 * not learn which ones exist.
 * @param find throws a Failure `not_found` where there is none
 */
export async function asksOfStored<Found>(
  declared: Question,
  find: () => Promise<Found>,
  questionsOf: (found: Found) => Promise<readonly Question[]> | readonly Question[],
): Promise<Asked<Found>> {
  try {
    const found = await find();
    return { questions: await questionsOf(found), found };
  } catch (error) {
    if (isFailure(error) && error.kind === 'not_found') return { questions: [declared], failure: error };
    throw error;
  }
}

/** The principal of an operation that is not public. */
export function principalOf(request: { principal: Principal | undefined }): Principal {
  if (!request.principal) throw new Error('this operation is public: nobody is signed in');
  return request.principal;
}

/**
 * The session of somebody who signed in.
 * @throws Failure `forbidden` for an API token, which has none: what concerns an account is for its owner in person.
 */
export function sessionOf(request: { principal: Principal | undefined }): Principal & { sessionId: string } {
  const principal = principalOf(request);
  const { sessionId } = principal;
  if (sessionId === null) {
    throw new Failure('forbidden', 'API tokens may not do this. Sign in with a password instead.', {
      code: 'session_required',
    });
  }
  return { ...principal, sessionId };
}
