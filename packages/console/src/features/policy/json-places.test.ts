import { describe, expect, it } from '@jest/globals';
import { placesOf } from './json-places.js';

describe('the places of a JSON text', () => {
  it('are those where values begin, by path', () => {
    const text = `{
  "name": "a \\" b",
  "rules": [
    { "action": ["read", "create"], "condition": "x == 1" },
    {}
  ],
  "enabled": true
}`;
    const { places, fault } = placesOf(text);
    expect(fault).toBeUndefined();
    expect(places.get('name')).toEqual({ line: 2, column: 11 });
    expect(places.get('rules[0].action[1]')).toEqual({ line: 4, column: 26 });
    expect(places.get('rules[0].condition')).toEqual({ line: 4, column: 50 });
    expect(places.get('rules[1]')).toEqual({ line: 5, column: 5 });
    expect(places.get('enabled')).toEqual({ line: 7, column: 14 });
  });

  it.each([
    ['{\n  "name": x\n}', 2, 11, /value/],
    ['{\n  name: 1\n}', 2, 3, /name in double quotes/],
    ['[1,\n 2', 2, 3, /comma or ]/],
    ['{"a" 1}', 1, 6, /colon/],
    ['[1] 2', 1, 5, /goes on/],
    ['[1.2.3]', 1, 8, /./],
    ['', 1, 1, /value/],
  ])('end where it stops being JSON: %j', (text, line, column, message) => {
    const { fault } = placesOf(text);
    expect(fault).toMatchObject({ place: { line, column }, message: expect.stringMatching(message) });
  });
});
