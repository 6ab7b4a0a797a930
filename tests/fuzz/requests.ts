import fc, { type Arbitrary } from 'fast-check';
import { AWKWARD, spoilt, Values, type Json } from './values.js';

export interface DescribedOperation extends Json {
  operationId: string;
  method: string;
  path: string;
  parameters?: Json[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, Json>;
}

/** A request without the ids that are known only when it is sent: a number chooses one of them. */
export interface FuzzRequest {
  path: Record<string, string | number>;
  /** As written in the address. */
  query: string;
  headers: Record<string, string>;
  /** Undefined: none. */
  body: string | Uint8Array<ArrayBuffer> | undefined;
}

export function operationsOf(document: Json): DescribedOperation[] {
  const paths = document['paths'] as Record<string, Record<string, DescribedOperation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
}

/** Requests for an operation, most of them valid or one step away from it. */
export function requestsFor(operation: DescribedOperation, document: Json): Arbitrary<FuzzRequest> {
  const values = new Values(document);
  const parameters = (operation.parameters ?? []).map((one) => values.resolve<Json>(one));
  const inPlace = (place: string) => parameters.filter((one) => one['in'] === place);
  const path = Object.fromEntries(
    inPlace('path').map((one) => [
      String(one['name']),
      fc.oneof(
        { weight: 6, arbitrary: fc.nat() },
        { weight: 2, arbitrary: values.valid(one['schema'] as Json).map(String) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('%00', '..%2f..', '42', 'A'.repeat(500), '%F0%9F%98%80', "'"),
        },
      ),
    ]),
  );
  return fc.record({
    path: fc.record<Record<string, string | number>>(path),
    query: fc.oneof(
      {
        weight: 6,
        arbitrary: queries(inPlace('query'), values).map((pairs) => new URLSearchParams(pairs).toString()),
      },
      { weight: 1, arbitrary: oddQueries(inPlace('query')) },
    ),
    headers: headers(inPlace('header')),
    body: bodies(operation, values),
  });
}

function queries(parameters: Json[], values: Values): Arbitrary<[string, string][]> {
  const known = parameters.map((one) =>
    fc
      .oneof(
        { weight: 4, arbitrary: values.valid(one['schema'] as Json) },
        { weight: 1, arbitrary: fc.constantFrom(...AWKWARD) },
      )
      .map((value): [string, string] => [
        String(one['name']),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
  );
  const stranger = fc.constant<[string, string]>(['stranger', '1']);
  if (known.length === 0) return fc.array(stranger, { maxLength: 1 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 6, arbitrary: fc.array(fc.oneof(...known), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(stranger, fc.oneof(...known)) },
  );
}

/** Queries that cannot be parsed, or not unambiguously. */
function oddQueries(parameters: Json[]): Arbitrary<string> {
  const names = fc.constantFrom(
    ...parameters.map((one) => String(one['name'])),
    'stranger',
    '%00',
    '%ff',
    '%',
  );
  const texts = fc.constantFrom(
    '%00',
    '%ff',
    '%ed%a0%80',
    '%',
    '%zz',
    '1&limit=1',
    '0x10',
    '1e2',
    '+5',
    '01',
    '%2010',
  );
  const pairs = fc.tuple(names, texts).map(([name, text]) => `${name}=${text}`);
  return fc.array(pairs, { minLength: 1, maxLength: 3 }).map((some) => some.join('&'));
}

/** Some headers of the operation, and some that any request may have. */
function headers(parameters: Json[]): Arbitrary<Record<string, string>> {
  const names = new Set(parameters.map((one) => String(one['name']).toLowerCase()));
  const of = (name: string, ...texts: string[]) =>
    names.has(name) ? { [name]: fc.constantFrom(...texts) } : {};
  return fc.record<Record<string, string>>(
    {
      ...of('idempotency-key', 'one', 'two', 'a'.repeat(256), 'ké'.normalize('NFKD')),
      ...of('if-match', '"1"', 'W/"1"', '*', 'x'),
      'content-encoding': fc.oneof(
        { weight: 9, arbitrary: fc.constant('identity') },
        fc.constantFrom('gzip', 'deflate', 'br', 'zip', 'gzip, gzip'),
      ),
      'if-none-match': fc.constantFrom('*', 'x'),
      range: fc.constantFrom('bytes=5-1', 'bytes=999999999-'),
      accept: fc.constantFrom(
        '*/*',
        'application/json',
        'application/vnd.provisioning.v1+json',
        'text/html',
        ';;q=,',
      ),
      'x-request-id': fc.constantFrom('sane-1', 'in sane', 'x'.repeat(500)),
    } as Record<string, Arbitrary<string>>,
    { requiredKeys: [] },
  );
}

const ODD_BODIES = [
  ...['', '{', 'null', '[]', '"', '{"a":1}{', '\u0000', '{"a":1,"a":2}', '{"__proto__":1,"__proto__":2}'],
  ...['{"a":"\\u0000"}', '{"\\ud800":1}', '"\\udc00"', `${'['.repeat(40)}${']'.repeat(40)}`],
  ...[[0xff], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xfe, 0xff, 0, 0x7b, 0, 0x7d]].map((bytes) =>
    Uint8Array.from(bytes),
  ),
];

/** The JSON of a value with one text altered: by characters that cannot be stored, or by a byte that is not UTF-8. */
function altered(value: unknown): Arbitrary<string | Uint8Array<ArrayBuffer>> {
  const text = JSON.stringify(value);
  const at = text.lastIndexOf('"');
  return fc.constantFrom('\\u0000', '\\ud800', '\xff').map((inserted) => {
    const whole = text.slice(0, at) + inserted + text.slice(at);
    return inserted === '\xff' ? Uint8Array.from(Buffer.from(whole, 'latin1')) : whole;
  });
}

function bodies({ requestBody }: DescribedOperation, values: Values): Arbitrary<FuzzRequest['body']> {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom('{}', '{', 'x'));
  const valid = values.valid(schema);
  return fc.oneof(
    { weight: 5, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: valid.chain(spoilt).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: valid.chain(altered) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, ...ODD_BODIES) },
  );
}
