import { describe, expect, it } from '@jest/globals';
import { jsonFault, placesOf } from './json-places.js';

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
    const places = placesOf(text);
    expect(places.get('name')).toEqual({ line: 2, column: 11 });
    expect(places.get('rules[0].action[1]')).toEqual({ line: 4, column: 26 });
    expect(places.get('rules[0].condition')).toEqual({ line: 4, column: 50 });
    expect(places.get('rules[1]')).toEqual({ line: 5, column: 5 });
    expect(places.get('enabled')).toEqual({ line: 7, column: 14 });
  });

  it('are unknown while it is not JSON, and the fault has one', () => {
    const text = '{\n  "name": x\n}';
    expect(placesOf(text).size).toBe(0);
    expect(jsonFault(text)?.place).toEqual({ line: 2, column: 11 });
    expect(jsonFault('{}')).toBeUndefined();
  });
});
