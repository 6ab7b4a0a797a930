import type {
  BodyInputOf,
  controlCenter,
  DataOf,
  orchestrator,
  ParamsOf,
  QueryInputOf,
} from '@provisioning/contracts';
import { ProvisioningError } from './error.js';
import type { controlCenterRoutes, orchestratorRoutes } from './generated/routes.js';
import {
  receiveWhole,
  send,
  type Answer,
  type CallOptions,
  type Connection,
  type Receive,
} from './request.js';

/** Method and path of an operation. */
export interface Route {
  method: string;
  path: string;
  idempotent?: boolean;
  /** The cursor of a list: the parameter, and the field of the last item that it accepts. */
  list?: readonly [parameter: string, member: string];
}
type Routes = Record<string, Route>;

/** The members of any variant of a union. */
type MemberOf<Value> = Value extends unknown ? keyof Value : never;
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : [MemberOf<Value>] extends [never]
    ? unknown
    : Record<never, never> extends Value
      ? { [Key in Name]?: Value }
      : { [Key in Name]: Value };

/** The arguments of an operation: its parameters, query and body, and the options of the call. */
export type ArgumentsOf<O> = Part<'params', ParamsOf<O>> &
  Part<'query', QueryInputOf<O>> &
  Part<'body', BodyInputOf<O>> &
  CallOptions;

type Call<O, Result> =
  Record<never, never> extends ArgumentsOf<O>
    ? (args?: ArgumentsOf<O>) => Result
    : (args: ArgumentsOf<O>) => Result;

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  /** Number of items on all pages. */
  total: number;
  limit: number;
  /** Undefined for a page that was requested with a cursor (`after`, or `before` of the audit trail). */
  offset: number | undefined;
}

type ItemOf<O> = DataOf<O> extends readonly (infer Item)[] ? Item : never;

type ListMethod<O> = Call<O, Promise<DataOf<O>>> & {
  /** Returns one page with its position. */
  page: Call<O, Promise<Page<ItemOf<O>>>>;
  /** Yields every item exactly once, even while others are added or removed: each page starts after the last item. */
  all: Call<O, AsyncGenerator<ItemOf<O>, void, undefined>>;
};

/** The data of a response, and its ETag where it has one. A change that sends it as `If-Match` fails with 412 if another came between. */
export interface Tagged<Data> {
  data: Data;
  etag: string | undefined;
}

type Method<O> = Call<O, Promise<DataOf<O>>> & {
  /** Returns the data with the ETag of the response. */
  tagged: Call<O, Promise<Tagged<DataOf<O>>>>;
};

type MethodsOf<Operations, R extends Routes> = {
  [Id in keyof Operations & keyof R]: R[Id] extends { list: readonly unknown[] }
    ? ListMethod<Operations[Id]>
    : Method<Operations[Id]>;
};

/** The methods of `client.orchestrator`. */
export type OrchestratorMethods = MethodsOf<typeof orchestrator, typeof orchestratorRoutes>;
/** The methods of `client.controlCenter`. */
export type ControlCenterMethods = MethodsOf<typeof controlCenter, typeof controlCenterRoutes>;

/** The arguments of any operation. */
export interface AnyArguments extends CallOptions {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}
interface Envelope {
  success: true;
  data: unknown;
}

/** Calls one operation. @throws ProvisioningError @throws TypeError for a missing path parameter */
export function callRoute<Received>(
  connection: Connection,
  baseUrl: string,
  route: Route,
  receive: Receive<Received>,
  { params = {}, query = {}, body, ...options }: AnyArguments = {},
): Promise<Received> {
  const url = new URL(baseUrl + pathOf(route.path, params));
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const request = {
    ...options,
    method: route.method,
    url: url.href,
    ...(body === undefined ? {} : { body }),
    idempotent: route.idempotent === true,
  };
  return send(connection, request, receive);
}

/** The envelope of a response. @throws ProvisioningError `invalid_answer` if the response is not from this API */
export function envelopeOf({ response, body }: Answer): Envelope {
  // Safe cast: each member is checked before it is used.
  const envelope = body as Envelope | null | undefined;
  if (envelope?.success === true) return envelope;
  throw new ProvisioningError(
    `${new URL(response.url).host} did not return a response of this API. Check the URL.`,
    {
      status: response.status,
      code: 'invalid_answer',
      requestId: response.headers.get('x-request-id') ?? undefined,
    },
  );
}

/** Creates a method for each route. `Methods` is their type in the contract. */
export function methodsOf<Methods>(connection: Connection, baseUrl: string, routes: Routes): Methods {
  const entries = Object.entries(routes).map(([id, route]) => {
    const call = (args?: AnyArguments) => callRoute(connection, baseUrl, route, receiveWhole, args);
    const method = async (args?: AnyArguments) => envelopeOf(await call(args)).data;
    return [id, Object.assign(method, route.list ? paging(call, route.list) : { tagged: tagging(call) })];
  });
  // Safe cast: the routes are generated from the same operations as the type.
  return Object.fromEntries(entries) as Methods;
}

function tagging(call: (args?: AnyArguments) => Promise<Answer>) {
  return async (args?: AnyArguments): Promise<Tagged<unknown>> => {
    const answer = await call(args);
    return { data: envelopeOf(answer).data, etag: answer.response.headers.get('etag') ?? undefined };
  };
}

function paging(
  call: (args?: AnyArguments) => Promise<Answer>,
  [parameter, member]: readonly [parameter: string, member: string],
) {
  const page = async (args?: AnyArguments): Promise<Page<unknown>> => {
    const answer = await call(args);
    // Safe cast: the contract of a list.
    const items = envelopeOf(answer).data as unknown[];
    const number = <Otherwise>(header: string, otherwise: Otherwise) => {
      const text = answer.response.headers.get(header);
      return text === null ? otherwise : Number(text);
    };
    return {
      items,
      total: number('x-total-count', items.length),
      limit: number('x-limit', items.length),
      offset: number('x-offset', undefined),
    };
  };
  async function* all(args: AnyArguments = {}): AsyncGenerator<unknown, void, undefined> {
    let query: AnyArguments['query'] = { limit: 200, ...args.query };
    for (;;) {
      const { items, limit } = await page({ ...args, query });
      yield* items;
      // Safe cast: items of lists are objects in the contract.
      const last = items.at(-1) as Record<string, unknown> | undefined;
      if (last === undefined || items.length < limit) return;
      query = { ...query, offset: undefined, [parameter]: last[member] };
    }
  }
  return { page, all };
}

function pathOf(template: string, params: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    // URL parsing removes '.' and '..', so that another operation would be called.
    if (value === undefined || value === '' || /^\.{1,2}$/.test(value)) {
      throw new TypeError(
        `params.${name} of ${template} must be a non-empty string other than "." and "..".`,
      );
    }
    return encodeURIComponent(value);
  });
}
