import type { BodyOf, DataOf, Operation, ParamsOf, QueryOf } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Asked } from './authorize.js';
import type { Reply } from './reply.js';

/** Who is asking: what the token says, as far as it still holds. */
export interface Principal {
  id: string;
  username: string;
  /** For conditions of policies; empty where it is not known. */
  email: string;
  roles: readonly string[];
  /** Null for an API token, which belongs to no session. */
  sessionId: string | null;
  /** Of the JWT (its `jti`), or of the API token. */
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}

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
  /** What the policies were asked, and allowed; undefined where they are not asked. */
  asked: (Asked & { method: string; path: string }) | undefined;
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

/** An operation with its handler, ready to be mounted. */
export interface Binding {
  operation: Operation;
  handle: (request: HandlerRequest<Operation>) => Promise<Reply<unknown>> | Reply<unknown>;
}

/** `on(listTasks)(handler)`: two calls, so that the handler's types follow from the operation's schemas. */
export function on<O extends Operation>(operation: O): (handler: Handler<O>) => Binding {
  return (handler) => ({ operation, handle: handler as Binding['handle'] });
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
