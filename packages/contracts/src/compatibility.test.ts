import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from '../test/compatibility.js';
import { openApiFiles } from './openapi-files.js';

type Json = Record<string, unknown>;

it.each(openApiFiles())(
  '$name stays compatible with the last release (docs/releasing.md: `npx pnpm@10.34.8 --filter @provisioning/contracts baseline`)',
  ({ name, content }) => {
    const promised = readFileSync(new URL(`../openapi/baseline/${name}`, import.meta.url), 'utf8');
    expect(breakingChanges(JSON.parse(promised) as Json, JSON.parse(content) as Json)).toEqual([]);
  },
);

interface Change {
  body?: Json;
  answer?: Json;
  parameters?: Json[];
}

const BODY = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', maxLength: 10 },
    size: { type: 'string', enum: ['s', 'm'] },
    count: { type: 'integer', minimum: 1 },
    tags: { type: 'string', pattern: '^(a|b)(,(a|b))*$' },
  },
};
const ANSWER = {
  type: 'object',
  required: ['id', 'state'],
  properties: {
    id: { type: 'string' },
    state: { $ref: '#/components/schemas/State' },
    note: { type: ['string', 'null'] },
  },
};
const LIMIT = { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 1000 } };

function document({ body = BODY, answer = ANSWER, parameters = [LIMIT] }: Change = {}): Json {
  return {
    paths: {
      '/things': {
        post: {
          parameters,
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
          responses: {
            200: { headers: { Link: {} }, content: { 'application/json': { schema: answer } } },
            404: {},
          },
        },
      },
    },
    components: { schemas: { State: { type: 'string', enum: ['on', 'off'] } } },
  };
}

const changed = (schema: { properties: Json }, properties: Json, more: Json = {}): Json => ({
  ...schema,
  ...more,
  properties: { ...schema.properties, ...properties },
});
const post = (fault: string) => [`POST /things ${fault}`];

describe('a change', () => {
  it.each<[string, Change]>([
    ['nothing', {}],
    ['an optional member of the body', { body: changed(BODY, { colour: { type: 'string' } }) }],
    ['a member of the answer', { answer: changed(ANSWER, { size: { type: 'string' } }) }],
    [
      'another value that is taken',
      { body: changed(BODY, { size: { type: 'string', enum: ['s', 'm', 'l'] } }) },
    ],
    [
      'several words where one was accepted',
      { body: changed(BODY, { size: { type: 'string', maxLength: 9, pattern: '^(s|m|l)(,(s|m|l))*$' } }) },
    ],
    [
      'another word in a list',
      { body: changed(BODY, { tags: { type: 'string', pattern: '^(a|b|c)(,(a|b|c))*$' } }) },
    ],
    ['a wider bound', { body: changed(BODY, { name: { type: 'string', maxLength: 20 } }) }],
    ['a field that is no longer required', { body: { ...BODY, required: [] } }],
    ['a member that is always there now', { answer: { ...ANSWER, required: ['id', 'state', 'note'] } }],
    ['null that is no longer returned', { answer: changed(ANSWER, { note: { type: 'string' } }) }],
    [
      'an optional parameter',
      { parameters: [LIMIT, { name: 'q', in: 'query', schema: { type: 'string' } }] },
    ],
    [
      'a number instead of a whole number',
      { body: changed(BODY, { count: { type: 'number', minimum: 1 } }) },
    ],
  ])('that adds or allows %s is compatible', (_what, change) => {
    expect(breakingChanges(document(), document(change))).toEqual([]);
  });

  it.each<[string, Change, string]>([
    [
      'a member of the answer',
      { answer: { ...ANSWER, properties: { id: {}, state: {} } } },
      '200.note was removed',
    ],
    [
      'a member of the body',
      { body: { ...BODY, properties: { name: {}, size: {}, tags: {} } } },
      'body.count was removed',
    ],
    [
      'a value',
      { body: changed(BODY, { size: { type: 'string', enum: ['s'] } }) },
      'body.size no longer accepts "m"',
    ],
    [
      'a word, by a pattern',
      { body: changed(BODY, { size: { type: 'string', pattern: '^(s|l)$' } }) },
      'body.size no longer accepts "m"',
    ],
    [
      'a word in a list',
      { body: changed(BODY, { tags: { type: 'string', pattern: '^(a)(,(a))*$' } }) },
      'body.tags has another pattern',
    ],
    [
      'a type',
      { body: changed(BODY, { count: { type: 'string', minimum: 1 } }) },
      'body.count no longer accepts integer',
    ],
    [
      'freedom',
      { body: changed(BODY, { name: { type: 'string', enum: ['x'], maxLength: 10 } }) },
      'body.name now accepts only "x"',
    ],
    [
      'room',
      { body: changed(BODY, { name: { type: 'string', maxLength: 5 } }) },
      'body.name now has maxLength 5 instead of 10',
    ],
    [
      'what was low',
      { body: changed(BODY, { count: { type: 'integer', minimum: 2 } }) },
      'body.count now has minimum 2 instead of 1',
    ],
    [
      'texts',
      { body: changed(BODY, { name: { type: 'string', maxLength: 10, pattern: '^a' } }) },
      'body.name has another pattern',
    ],
    ['what was optional', { body: { ...BODY, required: ['name', 'size'] } }, 'body.size has become required'],
    ['certainty', { answer: { ...ANSWER, required: ['id'] } }, '200.state may now be absent'],
    [
      'a type of the answer',
      { answer: changed(ANSWER, { id: { type: ['string', 'null'] } }) },
      '200.id may now be null',
    ],
    ['a parameter', { parameters: [] }, 'query parameter limit is no longer accepted'],
    [
      'a parameter’s freedom',
      { parameters: [{ ...LIMIT, required: true }] },
      'query parameter limit has become required',
    ],
    [
      'a branch',
      { body: changed(BODY, { count: { anyOf: [{ type: 'string' }] } }) },
      'body.count has become one of 1',
    ],
  ])('that removes %s is reported as breaking', (_what, change, fault) => {
    expect(breakingChanges(document(), document(change))).toEqual(post(fault));
  });

  it('that removes operations, responses or headers is reported as breaking', () => {
    const gone = { paths: { '/things': { get: {} } } };
    expect(breakingChanges(document(), gone)).toEqual(post('was removed'));
    const other = document() as { paths: { '/things': { post: { responses: Json } } } };
    const { responses } = other.paths['/things'].post;
    responses['200'] = { ...(responses['200'] as Json), headers: {} };
    expect(breakingChanges(document(), other)).toEqual(post('200 no longer has the header Link'));
    delete responses['200'];
    expect(breakingChanges(document(), other)).toEqual(post('200 is no longer returned'));
  });

  it('of a union is reported if an accepted form is removed or a returned form is added', () => {
    const forms = (...types: string[]) => ({ anyOf: types.map((type) => ({ type })) });
    const request = (...types: string[]) => document({ body: forms(...types) });
    expect(breakingChanges(request('string', 'integer'), request('integer', 'string', 'null'))).toEqual([]);
    expect(breakingChanges(request('string', 'integer'), request('string'))).toEqual(
      post('body no longer accepts one of its forms'),
    );
    const answer = (...types: string[]) => document({ answer: forms(...types) });
    expect(breakingChanges(answer('string', 'integer'), answer('string'))).toEqual([]);
    expect(breakingChanges(answer('string'), answer('string', 'integer'))).toEqual(
      post('200 may now have another form'),
    );
  });

  it('of a recursive schema is compared without endless recursion', () => {
    const recursive = (more: Json) => ({
      ...document({ answer: { $ref: '#/components/schemas/Tree' } }),
      components: {
        schemas: {
          Tree: { type: 'object', properties: { child: { $ref: '#/components/schemas/Tree' }, ...more } },
        },
      },
    });
    expect(breakingChanges(recursive({}), recursive({ leaf: { type: 'string' } }))).toEqual([]);
    expect(breakingChanges(recursive({ leaf: { type: 'string' } }), recursive({}))).toContain(
      'POST /things 200.leaf was removed',
    );
  });
});
