import type { BodyOf, DataOf, Operation, ParamsOf, QueryOf } from '@provisioning/contracts';
import { Failure, isFailure } from '@provisioning/errors';
import type { ApprovedPlan, Question } from '@provisioning/policy';
import type { Principal } from './principal.js';
import type { Reply } from './reply.js';

/** The Idempotency-Key of a caller, with a digest of the request. */
export interface IdempotencyKey {
  key: string;
  principal: string;
  requestHash: string;
}

/** A request that was authenticated, validated and authorized. */
export interface HandlerRequest<O> {
  params: ParamsOf<O>;
  query: QueryOf<O>;
  body: BodyOf<O>;
  /** The questions that the policies have allowed; empty where none were asked. */
  asked: readonly Question[];
  /** The plan with whose approvals they were allowed; undefined where the operation executes none. */
  plan: ApprovedPlan | undefined;
  method: string;
  path: string;
  /**
   * Asks the policies what becomes known only while the request is served, such as the steps of a plan.
   * The approvals of `plan` count here too.
   * @throws Failure `forbidden` that names every refusal.
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
  /** The preferences of the `Prefer` header (RFC 7240), e.g. `respond-async`, with their values. */
  preferences: ReadonlyMap<string, string>;
  /** The media type of the operation's `alsoAs` that the client prefers to JSON. */
  mediaType: string | undefined;
  /** `If-Match` without its quotes. */
  ifMatch: string | undefined;
  /** `Last-Event-ID`, of a client that resumes a stream of events. */
  lastEventId: string | undefined;
}

/** A validated request, before it is authorized. */
export type Unpermitted<O> = Pick<HandlerRequest<O>, 'params' | 'query' | 'body' | 'idempotency'> & {
  principal: Principal;
  /** The question that the operation declares. */
  declared: Question;
};

/** The questions of an operation and what was read to know them. */
export type Asked<Found> =
  | {
      questions: readonly Question[];
      found: Found;
      /** The plan that the operation executes: its approvals count. Everything else is done without approvals. */
      plan?: ApprovedPlan | undefined;
    }
  /** The object of the operation does not exist: callers who may ask get this failure. */
  | { questions: readonly Question[]; failure: Failure };

/** One question for each object that the operation touches. All of them must be allowed. */
export type Asks<O, Found> = (request: Unpermitted<O>) => Promise<Asked<Found>> | Asked<Found>;

/** Serves an operation. It throws a `Failure` for an answer other than success. */
export type Handler<O, Found = undefined> = (
  request: HandlerRequest<O> & { found: Found },
) => Promise<Reply<DataOf<O>>> | Reply<DataOf<O>>;

/** An operation with its handler, ready to be mounted. */
export interface Binding {
  operation: Operation;
  /** Default: the question that the operation declares. */
  asks?: Asks<Operation, unknown>;
  handle: (
    request: HandlerRequest<Operation> & { found: unknown },
  ) => Promise<Reply<unknown>> | Reply<unknown>;
}

/**
 * `on(listTasks)(handler)`: two calls, so that the types of the handler follow from the schemas of the operation.
 */
export function on<O extends Operation, Found = undefined>(
  operation: O,
  asks?: Asks<O, Found>,
): (handler: Handler<O, Found>) => Binding {
  return (handler) => ({
    operation,
    // Safe cast: the operation's own schemas have validated what both are given.
    ...(asks ? { asks: asks as Asks<Operation, unknown> } : {}),
    // Safe cast: the operation's own schemas have validated what it is given.
    handle: handler as Binding['handle'],
  });
}

/** For lists: asks whether the caller may read any of the rows; each row is asked about separately. */
export function asksOfRows({ declared }: Pick<Unpermitted<Operation>, 'declared'>): Asked<undefined> {
  return { questions: [{ ...declared, mode: 'open' }], found: undefined };
}

/**
 * Asks about a stored object. Where it does not exist, only the declared question is asked: a caller who may not do
 * this to any object does not learn which ones exist.
 * @param find throws a Failure `not_found` for an object that does not exist.
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

/** Returns the principal of an operation that is not public. */
export function principalOf(request: { principal: Principal | undefined }): Principal {
  if (!request.principal) throw new Error('this operation is public: it has no principal');
  return request.principal;
}

/**
 * Returns the session of the caller.
 * @throws Failure `forbidden` (`session_required`) for an API token, which has none: account settings are changed by
 * users in person.
 */
export function sessionOf(request: { principal: Principal | undefined }): Principal & { sessionId: string } {
  const principal = principalOf(request);
  const { sessionId } = principal;
  if (sessionId === null) {
    throw new Failure(
      'forbidden',
      'This operation requires a session, and API tokens have none. Sign in with POST /auth/login.',
      {
        code: 'session_required',
      },
    );
  }
  return { ...principal, sessionId };
}
