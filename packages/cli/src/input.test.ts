import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { dayOrTime, endTime, readDocument, time } from './input.js';

const documentOf = (text: string | Buffer) =>
  readDocument('-', {
    stdin: Readable.from([Buffer.from(text)]),
    stdout: new Writable(),
    stderr: new Writable(),
    signal: new AbortController().signal,
  });

describe('a document', () => {
  it('may be YAML or JSON', async () => {
    expect(await documentOf('name: é\noperations: []')).toEqual({ name: 'é', operations: [] });
    expect(await documentOf('{"name": "😀", "operations": []}')).toEqual({ name: '😀', operations: [] });
  });

  it('may have shared parts and a $schema', async () => {
    const text = '$schema: s\nx-op: &op {type: command}\noperations: [{id: a, <<: *op}]';
    expect(await documentOf(text)).toEqual({ operations: [{ id: 'a', type: 'command' }] });
  });

  it.each([
    [
      'bytes that are not UTF-8',
      Buffer.from('name: \xff', 'latin1'),
      'Standard input:1:7: The file must be text in UTF-8',
    ],
    [
      'a character that cannot be stored',
      '{"a":{"b":["\\u0000"]}}',
      'Standard input:1:12: a.b[0] contains the character U+0000',
    ],
    ['half of a surrogate pair', '"name\\ud800": 1', '"name\\ud800" has a name that contains half'],
    [
      'a member twice in JSON',
      '{"a": 1, "b": {"c": 1, "c": 2}}',
      'Standard input:1:24: The member "c" is defined twice.',
    ],
    ['a member twice in YAML', 'a: 1\nb: 2\na: 3', 'Standard input:3:1: The member "a" is defined twice.'],
    ['a tag', 'a: !secret b', 'Standard input:1:4: This tag is unknown'],
    ['nothing in it', '', 'Standard input:1:1: The file is empty.'],
  ])('is refused with %s', async (_what, text, message) => {
    await expect(documentOf(text)).rejects.toThrow(message);
  });
});

describe('a moment', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');

  it('may be a date, which covers the whole day', () => {
    expect(dayOrTime('2026-01-31')).toBe('2026-01-31');
    expect(time('2026-01-31')).toBe('2026-01-31T00:00:00.000Z');
    expect(endTime('2026-01-31')).toBe('2026-01-31T23:59:59.999Z');
  });

  it.each([dayOrTime, time, endTime])('may be a time or a duration: %p', (read) => {
    expect(read('2026-01-31T12:00:00+02:00')).toBe('2026-01-31T10:00:00.000Z');
    expect(read('90d', NOW)).toBe('2026-04-01T00:00:00.000Z');
    expect(read('12h', NOW)).toBe('2026-01-01T12:00:00.000Z');
  });

  it.each(['2026-02-31', '2025-02-29', '2026-1-1', '1', 'tomorrow', '2026-01-31 12:00', '9999999999d', ''])(
    'is not %j',
    (text) => {
      for (const read of [dayOrTime, time, endTime]) expect(() => read(text)).toThrow('must be a date');
    },
  );
});
