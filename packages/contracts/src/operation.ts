import type { Static, TObject, TProperties, TSchema, TUndefined } from 'typebox';
import type { Action } from './actions.js';
import type { TDefaulted } from './schemas/default.js';
import type { Cursor } from './schemas/paging.js';

export type Service = 'orchestrator' | 'control-center';
export type Method = 'get' | 'post' | 'put' | 'delete';

/** Which budget a request is counted against (spec: Rate limiting). `none` is for probes and static files. */
export type RateClass = 'general' | 'auth' | 'batch' | 'none';

/**
 * Who may call an operation. `public`: anybody. `self`: anybody signed in, about themselves. `service`: our other
 * service, with a token of its own.
 * Otherwise the (resource, action) that the policies decide on; `{params.id}`, `{body.infra}` and `{query.x}` in
 * the resource are filled in from the checked request.
 */
export type Permission =
  | 'public'
  | 'self'
  | 'service'
  | {
      resource: string;
      action: Action;
      /**
       * The body's member that names the action to ask the policies about (`create` or `delete`), so that leave to
       * create is not leave to delete. `action` counts where the member is absent.
       */
      actionFrom?: 'body.operation';
    };

/** Failures an operation may answer with, beside those that follow from its declaration (see `errorStatusesOf`). */
export type ErrorStatus = 401 | 403 | 404 | 409 | 412 | 413 | 422 | 503;

type NoMembers = TObject<Record<never, TSchema>>;

/** What is said of each operation by itself. */
export interface OperationDraft<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Data extends TSchema = TSchema,
> {
  /** camelCase; also the SDK's method and the OpenAPI operationId. */
  id: string;
  method: Method;
  /** OpenAPI spelling: `/tasks/{id}`. */
  path: string;
  summary: string;
  description?: string;
  permission: Permission;
  /** Whether it is also for those who have yet to set up the second factor that they must have. */
  forMfaEnrollment?: boolean;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Largest body in bytes; 100 KB where absent. */
  bodyLimit?: number;
  /** Whether `Idempotency-Key` is honoured. */
  idempotent?: boolean;
  /** What a success answers: the schema of `data`, and how it is read on where it is one page of a list. */
  success: {
    status: 200 | 201;
    data: Data;
    list?: Cursor;
    location?: boolean;
    /** `data` of the API document's example, word for word where the document shows it whole. */
    example?: unknown;
    /** Media types that the same data can be asked for in, without the envelope. */
    alsoAs?: readonly string[];
  };
  /** Verbatim example of the body from the API document. */
  example?: unknown;
  /** Further examples of the body from the API document, by what they show. */
  moreExamples?: Record<string, unknown>;
  /** Whether it is documented in the API document itself or an addition of ours. */
  addition?: boolean;
}

export interface Operation<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Data extends TSchema = TSchema,
> extends OperationDraft<Params, Query, Body, Data> {
  service: Service;
  tag: string;
  rateClass: RateClass;
  errors: ErrorStatus[];
}

/** Any operation: what lists of different operations are made of. */
export type AnyOperation = Operation;

/** Declares an operation; its types follow from its schemas. What it does not take has no members. */
export function defineOperation<
  Params extends TObject = NoMembers,
  Query extends TObject = NoMembers,
  Body extends TSchema = TUndefined,
  Data extends TSchema = TSchema,
>(operation: Operation<Params, Query, Body, Data>): Operation<Params, Query, Body, Data> {
  return operation;
}

/** `defineOperation` for operations under one tag: `general` rate class and no errors of their own by default. */
export function operationsUnder(service: Service, tag: string, shared: { rateClass?: RateClass } = {}) {
  return function define<
    Params extends TObject = NoMembers,
    Query extends TObject = NoMembers,
    Body extends TSchema = TUndefined,
    Data extends TSchema = TSchema,
  >(
    draft: OperationDraft<Params, Query, Body, Data> & { rateClass?: RateClass; errors?: ErrorStatus[] },
  ): Operation<Params, Query, Body, Data> {
    return defineOperation({ rateClass: 'general', errors: [], ...shared, ...draft, service, tag });
  };
}

/** A value after its check: members with a default are always there. */
export type Checked<Schema extends TSchema> =
  Schema extends TObject<infer Members> ? WithDefaults<Static<Schema>, Members> : Static<Schema>;

type WithDefaults<Value, Members extends TProperties> = Simplify<
  Value & {
    [Name in keyof Members as Members[Name] extends TDefaulted<TSchema> ? Name : never]-?: Static<
      Members[Name]
    >;
  }
>;
type Simplify<Value> = { [Name in keyof Value]: Value[Name] };

/** What a handler gets: checked, with defaults filled in. */
export type ParamsOf<O> = O extends Operation<infer P, TObject, TSchema, TSchema> ? Static<P> : never;
export type QueryOf<O> = O extends Operation<TObject, infer Q, TSchema, TSchema> ? Checked<Q> : never;
export type BodyOf<O> = O extends Operation<TObject, TObject, infer B, TSchema> ? Checked<B> : never;
export type DataOf<O> = O extends Operation<TObject, TObject, TSchema, infer D> ? Static<D> : never;

/** What a caller sends: members with a default may be left out. */
export type QueryInputOf<O> = O extends Operation<TObject, infer Q, TSchema, TSchema> ? Static<Q> : never;
export type BodyInputOf<O> = O extends Operation<TObject, TObject, infer B, TSchema> ? Static<B> : never;
