import type { BodyOf, DataOf, Operation, ParamsOf, QueryOf } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
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
  /** Absent only on public operations. */
  principal: Principal | undefined;
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

export type Handler<O> = (request: HandlerRequest<O>) => Promise<Reply<DataOf<O>>> | Reply<DataOf<O>>;

/** A checked request, before it is allowed. */
export type Unpermitted<O> = Pick<HandlerRequest<O>, 'params' | 'query' | 'body' | 'idempotency'> & {
  principal: Principal;
  /** What the operation's declaration asks. */
  declared: Question;
};

/**
 * What the policies are asked before the operation is carried out: one question for each thing that it touches, from
 * checked values and stored objects. All of them must be answered with yes.
 */
export type Asks<O> = (request: Unpermitted<O>) => Promise<readonly Question[]> | readonly Question[];

/** An operation with its handler, ready to be mounted. */
export interface Binding {
  operation: Operation;
  /** Absent: the operation's declaration is asked as it stands. */
  asks?: Asks<Operation>;
  handle: (request: HandlerRequest<Operation>) => Promise<Reply<unknown>> | Reply<unknown>;
}

/** `on(listTasks)(handler)`: two calls, so that the handler's types follow from the operation's schemas. */
export function on<O extends Operation>(operation: O, asks?: Asks<O>): (handler: Handler<O>) => Binding {
  return (handler) => ({
    operation,
    // The operation's own schemas have checked what both are given.
    ...(asks ? { asks: asks as Asks<Operation> } : {}),
    handle: handler as Binding['handle'],
  });
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
