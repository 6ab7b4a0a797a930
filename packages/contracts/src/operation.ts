import type { Static, TObject, TProperties, TSchema, TUndefined } from 'typebox';
import type { Action } from './actions.js';
import type { TDefaulted } from './schemas/default.js';
import type { Cursor } from './schemas/paging.js';

/** The service that an operation belongs to. */
export type Service = 'orchestrator' | 'control-center';
/** HTTP method in lower case, as OpenAPI spells it. */
export type Method = 'get' | 'post' | 'put' | 'delete';

/** The rate limit that a request counts against. `none` is for probes and internal operations. */
export type RateClass = 'general' | 'auth' | 'batch' | 'none';

/**
 * Who may call an operation. `public`: any client. `self`: any signed-in user, for their own data. `service`: the
 * other service, with a service token.
 * Otherwise the policies decide on (resource, action); `{params.id}`, `{body.infra}` and `{query.x}` in the resource
 * are replaced by values of the validated request.
 */
export type Permission =
  | 'public'
  | 'self'
  | 'service'
  | {
      resource: string;
      action: Action;
      /**
       * The body field that names the action (`create` or `delete`), so that permission to create does not include
       * permission to delete. `action` applies if the field is absent.
       */
      actionFrom?: 'body.operation';
    };

/** Error statuses that an operation may declare, in addition to those of `errorStatusesOf`. */
export type ErrorStatus = 401 | 403 | 404 | 409 | 412 | 413 | 422 | 503;

type NoMembers = TObject<Record<never, TSchema>>;

/** The declaration of an operation; see {@link operationsUnder}. */
export interface OperationDraft<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Data extends TSchema = TSchema,
> {
  /** camelCase; also the method name of the SDK and the OpenAPI operationId. */
  id: string;
  method: Method;
  /** Path template in OpenAPI syntax: `/tasks/{id}`. */
  path: string;
  summary: string;
  description?: string;
  permission: Permission;
  /** Whether users who are required to have MFA but have not enrolled yet may call it. */
  forMfaEnrollment?: boolean;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Maximum size of the body in bytes; 100 KB if absent. */
  bodyLimit?: number;
  /** Whether the operation supports `Idempotency-Key`. */
  idempotent?: boolean;
  /** The successful response: the schema of `data` and, for a list, its cursor. */
  success: {
    status: 200 | 201;
    data: Data;
    list?: Cursor;
    location?: boolean;
    /** Further headers of the response, each described in `openapi/headers.ts`. */
    headers?: readonly string[];
    /** Example of `data`; verbatim from the API document if that shows it in full. */
    example?: unknown;
    /** Further media types of the same data, without the envelope. */
    alsoAs?: readonly string[];
  };
  /** Example of the body, verbatim from the API document. */
  example?: unknown;
  /** Further examples of the body from the API document, by name. */
  moreExamples?: Record<string, unknown>;
  /** Whether the operation is an addition to the published API document. */
  addition?: boolean;
}

/** A complete operation: a draft with its service, tag, rate limit and errors. */
export interface Operation<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Data extends TSchema = TSchema,
> extends OperationDraft<Params, Query, Body, Data> {
  service: Service;
  tag: string;
  rateClass: RateClass;
  errors: readonly ErrorStatus[];
}

/** Any operation; the element type of lists of operations. */
export type AnyOperation = Operation;

/** Declares an operation and infers its types from its schemas. An undeclared `params` or `query` is an empty object. */
export function defineOperation<
  Params extends TObject = NoMembers,
  Query extends TObject = NoMembers,
  Body extends TSchema = TUndefined,
  Data extends TSchema = TSchema,
>(operation: Operation<Params, Query, Body, Data>): Operation<Params, Query, Body, Data> {
  return operation;
}

/** Returns {@link defineOperation} for the operations of a tag. Default: rate class `general` and no own errors. */
export function operationsUnder(service: Service, tag: string, shared: { rateClass?: RateClass } = {}) {
  return function define<
    Params extends TObject = NoMembers,
    Query extends TObject = NoMembers,
    Body extends TSchema = TUndefined,
    Data extends TSchema = TSchema,
  >(
    draft: OperationDraft<Params, Query, Body, Data> & {
      rateClass?: RateClass;
      errors?: readonly ErrorStatus[];
    },
  ): Operation<Params, Query, Body, Data> {
    return defineOperation({ rateClass: 'general', errors: [], ...shared, ...draft, service, tag });
  };
}

/** The type of a validated value: fields with a default are always present. */
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

/** The path parameters of an operation, as its handler receives them. */
export type ParamsOf<O> = O extends Operation<infer P, TObject, TSchema, TSchema> ? Static<P> : never;
/** The query of an operation as its handler receives it: validated, with defaults filled in. */
export type QueryOf<O> = O extends Operation<TObject, infer Q, TSchema, TSchema> ? Checked<Q> : never;
/** The body of an operation as its handler receives it: validated, with defaults filled in. */
export type BodyOf<O> = O extends Operation<TObject, TObject, infer B, TSchema> ? Checked<B> : never;
/** The `data` of a successful response of an operation. */
export type DataOf<O> = O extends Operation<TObject, TObject, TSchema, infer D> ? Static<D> : never;

/** The query of an operation as a client sends it: fields with a default are optional. */
export type QueryInputOf<O> = O extends Operation<TObject, infer Q, TSchema, TSchema> ? Static<Q> : never;
/** The body of an operation as a client sends it: fields with a default are optional. */
export type BodyInputOf<O> = O extends Operation<TObject, TObject, infer B, TSchema> ? Static<B> : never;
