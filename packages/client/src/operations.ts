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

export interface Route {
  method: string;
  path: string;
  idempotent?: boolean;
  /** How it is read on: the parameter, and the member of the last item that it takes. */
  list?: readonly [parameter: string, member: string];
}
type Routes = Record<string, Route>;

type Part<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : [keyof Value] extends [never]
    ? unknown
    : Record<never, never> extends Value
      ? { [Key in Name]?: Value }
      : { [Key in Name]: Value };

/** What an operation is called with: what it takes by the contract, and how to call. */
export type ArgumentsOf<O> = Part<'params', ParamsOf<O>> &
  Part<'query', QueryInputOf<O>> &
  Part<'body', BodyInputOf<O>> &
  CallOptions;

type Call<O, Result> =
  Record<never, never> extends ArgumentsOf<O>
    ? (args?: ArgumentsOf<O>) => Result
    : (args: ArgumentsOf<O>) => Result;

export interface Page<Item> {
  items: Item[];
  /** How many there are on all pages. */
  total: number;
  limit: number;
  /** Undefined where the page was asked for by a cursor (`after`, or `before` of the audit log). */
  offset: number | undefined;
}

type ItemOf<O> = DataOf<O> extends readonly (infer Item)[] ? Item : never;

type ListMethod<O> = Call<O, Promise<DataOf<O>>> & {
  /** One page, and where it stands among all. */
  page: Call<O, Promise<Page<ItemOf<O>>>>;
  /** Every item, each once, however many come and go meanwhile: a page begins after the last item of the one before. */
  all: Call<O, AsyncGenerator<ItemOf<O>, void, undefined>>;
};

type MethodsOf<Operations, R extends Routes> = {
  [Id in keyof Operations & keyof R]: R[Id] extends { list: readonly unknown[] }
    ? ListMethod<Operations[Id]>
    : Call<Operations[Id], Promise<DataOf<Operations[Id]>>>;
};

export type OrchestratorMethods = MethodsOf<typeof orchestrator, typeof orchestratorRoutes>;
export type ControlCenterMethods = MethodsOf<typeof controlCenter, typeof controlCenterRoutes>;

export interface AnyArguments extends CallOptions {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}
interface Envelope {
  success: true;
  data: unknown;
}

/** Calls one operation and receives what came back. */
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

/** @throws ProvisioningError `invalid_answer` where another program has answered */
export function envelopeOf({ response, body }: Answer): Envelope {
  const envelope = body as Envelope | null | undefined;
  if (envelope?.success === true) return envelope;
  throw new ProvisioningError(
    `${new URL(response.url).host} answered something that is no answer of this API. Is the address right?`,
    {
      status: response.status,
      code: 'invalid_answer',
      requestId: response.headers.get('x-request-id') ?? undefined,
    },
  );
}

/** A method for each route. Their types are the contract's, which is why they are given by whoever calls. */
export function methodsOf<Methods>(connection: Connection, baseUrl: string, routes: Routes): Methods {
  const entries = Object.entries(routes).map(([id, route]) => {
    const call = (args?: AnyArguments) => callRoute(connection, baseUrl, route, receiveWhole, args);
    const method = async (args?: AnyArguments) => envelopeOf(await call(args)).data;
    return [id, route.list ? Object.assign(method, paging(call, route.list)) : method];
  });
  return Object.fromEntries(entries) as Methods;
}

function paging(
  call: (args?: AnyArguments) => Promise<Answer>,
  [parameter, member]: readonly [parameter: string, member: string],
) {
  const page = async (args?: AnyArguments): Promise<Page<unknown>> => {
    const answer = await call(args);
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
    // '.' and '..' would be taken out of the path, and another operation be called.
    if (value === undefined || value === '' || /^\.{1,2}$/.test(value)) {
      throw new TypeError(`${template} needs params.${name}, and '${value ?? ''}' is none.`);
    }
    return encodeURIComponent(value);
  });
}
