import { describe, expect, it } from '@jest/globals';
import type { TSchema } from 'typebox';
import { schemaNodes, type SchemaNode } from '../test/schema-nodes.js';
import { faultsOf, strictAjv } from '../test/strict-ajv.js';
import { controlCenterOperations, orchestratorOperations } from './operations.js';
import { errorBodySchema } from './schemas/envelope.js';
import { eventSchema, subscribeMessageSchema, webhookPayloadSchema } from './schemas/event.js';

const all = [...orchestratorOperations, ...controlCenterOperations];

const requests = all.flatMap(({ id, params, query, body }) =>
  Object.entries({ params, query, body })
    .filter((entry): entry is [string, TSchema] => entry[1] !== undefined)
    .map(([part, schema]) => [`${id} ${part}`, schema] as const),
);
const answers: (readonly [string, TSchema])[] = [
  ...all.map(({ id, success }) => [`${id} data`, success.data] as const),
  ['errors', errorBodySchema],
  ['events', eventSchema],
  ['webhooks', webhookPayloadSchema],
];
const sent = [...requests, ['subscribe', subscribeMessageSchema] as const];

const nodesOf = (schemas: readonly (readonly [string, TSchema])[]) =>
  schemas.flatMap(([place, schema]) => [...schemaNodes(schema, place)]);
const isObject = ([, node]: [string, SchemaNode]) => node['type'] === 'object';
const places = (nodes: [string, SchemaNode][]) => nodes.map(([place]) => place);

/** Additional members are allowed only in a map with bounded names and values. */
function isBoundedMap(node: SchemaNode): boolean {
  return (
    typeof node['additionalProperties'] === 'object' &&
    'propertyNames' in node &&
    Number(node['maxProperties']) <= 1000
  );
}

describe('every schema', () => {
  it.each([...sent, ...answers])('of %s compiles in strict mode', (_place, schema) => {
    expect(() => strictAjv().compile(schema)).not.toThrow();
  });

  it('of a request is closed at every level', () => {
    const open = nodesOf(sent)
      .filter(isObject)
      .filter(([, node]) => node['additionalProperties'] !== false);
    expect(places(open.filter(([, node]) => !isBoundedMap(node)))).toEqual([]);
  });

  it('of a response is closed, or a map with a bounded number of members', () => {
    const open = nodesOf(answers)
      .filter(isObject)
      .filter(([, node]) => node['additionalProperties'] !== false);
    expect(places(open.filter(([, node]) => !(Number(node['maxProperties']) <= 1000)))).toEqual([]);
  });

  it('bounds every string, every array and, in requests, every number', () => {
    const nodes = nodesOf([...sent, ...answers]);
    const free = nodes.filter(([, node]) => !('const' in node || 'enum' in node));
    const without = (type: string, bound: string) =>
      places(free.filter(([, node]) => node['type'] === type && typeof node[bound] !== 'number'));
    expect(without('string', 'maxLength')).toEqual([]);
    expect(without('array', 'maxItems')).toEqual([]);
    const numbers = nodesOf(sent).filter(([, { type }]) => type === 'integer' || type === 'number');
    expect(places(numbers.filter(([, node]) => !('minimum' in node && 'maximum' in node)))).toEqual([]);
  });

  it('has defaults only at the top level of a query or a body, where the types reflect them', () => {
    const deep = nodesOf(sent).filter(([place, node]) => 'default' in node && place.split('.').length > 2);
    // The batch of a plan is the body of POST /batch/execute, and the workflow that of POST /workflows, with the same defaults.
    const known = (place: string) => /^createPlan body\.(batch|workflow)\./.test(place);
    expect(places(deep).filter((place) => !known(place))).toEqual([]);
  });
});

const bodies = all.flatMap(({ id, body, example, moreExamples = {} }) =>
  body && example !== undefined
    ? [example, ...Object.values(moreExamples)].map((value) => [id, body, value] as const)
    : [],
);
const datas = all
  .filter(({ success }) => success.example !== undefined)
  .map(({ id, success }) => [id, success.data, success.example] as const);

describe('the example', () => {
  it.each(bodies)('of the body of %s is valid', (_id, schema, example) => {
    expect(faultsOf(schema, example)).toEqual([]);
  });

  it.each(datas)('of the response of %s is valid', (_id, schema, example) => {
    expect(faultsOf(schema, example)).toEqual([]);
  });

  it('exists for every endpoint of the API document', () => {
    const documented = all.filter(({ addition }) => !addition);
    expect(documented.filter(({ success }) => success.example === undefined)).toEqual([]);
    expect(documented.filter(({ body, example }) => body && example === undefined)).toEqual([]);
  });
});
