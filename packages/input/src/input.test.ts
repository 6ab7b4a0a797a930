import { describe, expect, it } from '@jest/globals';
import {
  decodeUtf8,
  faultOfText,
  nearest,
  parseMoment,
  readJson,
  showPath,
  type JsonRules,
} from './index.js';

describe('UTF-8', () => {
  it('is decoded without its byte order mark', () => {
    expect(decodeUtf8(Buffer.from('\ufeffé𝔘'))).toBe('é𝔘');
  });

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['a character that is cut off', [0x61, 0xc3]],
    ['an overlong form', [0xc0, 0x80]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ])('is refused with %s', (_what, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe('a text that cannot be stored', () => {
  it.each([
    ['a\0b', 'U+0000'],
    ['\ud800', 'U+D800'],
    ['\udfff\ud800', 'U+DFFF'],
    ['x\udc00', 'U+DC00'],
  ])('%j is named', (text, name) => {
    expect(faultOfText(text)).toContain(name);
  });

  it.each(['', 'é', '\u0001', '\ufffd', '😀', '\\u0000'])('is not %j', (text) => {
    expect(faultOfText(text)).toBeUndefined();
  });
});

describe('JSON', () => {
  const RULES: JsonRules = { maxDepth: 32, maxMembers: 50, maxContainers: 100 };
  const faultOf = (text: string, rules: Partial<JsonRules> = {}) => {
    const read = readJson(text, { ...RULES, ...rules });
    return 'fault' in read ? [read.fault.kind, read.fault.path] : undefined;
  };

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":{"c":1,"d":2,"c":3}}', 'b.c'],
    ['{"l":[{"a":1},{"x":1,"x":1}]}', 'l[1].x'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a\\"b":1,"a\\"b":2}', '"a\\"b"'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"":1 , "" :2}', '""'],
    [`{${Array.from({ length: 40 }, (_, n) => `"k${n}":[]`).join()},"k7":0}`, 'k7'],
  ])('%s has a member twice', (text, path) => {
    expect(faultOf(text)).toEqual(['duplicate', path]);
  });

  it.each([
    '{"a":"a","b":["a","a"],"c":{"a":"{\\"a\\":1,\\"a\\":2}"}}',
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":1}}}',
    '{"\\\\":1,"\\\\\\\\":2}',
    ' "a" ',
    '{"__proto__":{"x":1}}',
  ])('%s has none', (text) => {
    expect(readJson(text, RULES)).toEqual({ value: JSON.parse(text) });
  });

  it.each(['', '{', '{"a"', '{"a":1,"a"', '"', '"\\', '}{', ',', '{"a":1,,"a":2}', '\0', 'x'])(
    '%j is not JSON, whatever else it is',
    (text) => {
      expect(faultOf(text)).toEqual(['syntax', '']);
    },
  );

  it('is refused before it is parsed if it is nested too deeply', () => {
    expect(faultOf(`${'['.repeat(3)}${']'.repeat(3)}`, { maxDepth: 3 })).toBeUndefined();
    expect(faultOf('['.repeat(1_000_000), { maxDepth: 3 })).toEqual(['limit', '']);
  });

  it('is refused before it is parsed if parsing would be expensive', () => {
    const members = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join()}}`;
    expect(faultOf(members(50))).toBeUndefined();
    expect(faultOf(members(51))).toEqual(['limit', '']);
    expect(faultOf(`[${'{},'.repeat(98)}{}]`)).toBeUndefined();
    expect(faultOf(`[${'{},'.repeat(99)}{}]`)).toEqual(['limit', '']);
  });

  it('may contain any text if that is requested', () => {
    expect(faultOf('"\\u0000"')).toEqual(['text', '']);
    expect(faultOf('"\\u0000"', { anyText: true })).toBeUndefined();
  });

  it.each([
    ['{"a":["x","\\u0000"]}', 'a[1]'],
    ['{"a\\ud800":1}', '"a\\ud800"'],
    ['{"a":{"b":"\\udc00\\ud800"}}', 'a.b'],
  ])('%s holds a text that cannot be stored', (text, path) => {
    expect(faultOf(text)).toEqual(['text', path]);
  });

  it('may contain escapes of complete characters, and backslashes', () => {
    expect(faultOf('{"a":"\\ud83d\\ude00 \\\\u0000"}')).toBeUndefined();
  });

  it('is refused without showing its content', () => {
    const read = readJson('{"password":"hunter2', RULES);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});

describe('a path', () => {
  it('is shown as it would be written', () => {
    expect(showPath(['operations', 2, 'labels', 'a b\0', 'c-d'])).toBe(
      'operations[2].labels."a b\\u0000".c-d',
    );
  });
});

describe('the nearest name', () => {
  const known = ['limit', 'offset', 'status', 'check_mode'];
  it.each([
    ['limt', 'limit'],
    ['LIMIT', 'limit'],
    ['ofset', 'offset'],
    ['checkmode', 'check_mode'],
    ['check', 'check_mode'],
    ['status_of_the_task', 'status'],
    ['st', undefined],
    ['infra', undefined],
    ['x', undefined],
    ['l'.repeat(1_000_000), undefined],
  ])('%s', (name, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });
});

describe('a moment', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z', true],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', true],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z', false],
    ['2026-01-31t12:00:00.25z', '2026-01-31T12:00:00.250Z', false],
    ['2026-01-31T00:30:00+02:00', '2026-01-30T22:30:00.000Z', false],
  ])('%s is read', (text, at, isDay) => {
    expect(parseMoment(text)).toEqual({ at: new Date(at), isDay });
  });

  it.each([
    '2026-02-31',
    '2026-02-31T00:00:00Z',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-31T24:00:00Z',
    '2026-01-31T23:59:60Z',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00:00 02:00',
    '2026-01-31T12:00:00+24:00',
    '2026-1-31',
    '31.1.2026',
    '1',
    'now',
    '',
  ])('%s is none', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});
