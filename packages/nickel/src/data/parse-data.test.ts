import { expect, it } from '@jest/globals';
import { NickelError } from '../nickel-error.js';
import { parseData } from './parse-data.js';

it.each([
  ['Json', '{"a": [1,\n  2,, 3]}', '2:5'],
  ['Json', '{\n  a: 1 }', '2:3'],
  ['Yaml', 'a: 1\nb: [1\nc: 2\n', '3:1'],
  ['Toml', '[a]\nb = 1\nc = nope\n', '3:5'],
] as const)('points into a %s file that is not valid: %s', (format, text, expected) => {
  const asked = { source: { name: 'main.ncl', text: 'import "a"' }, start: 0, end: 10 };
  const faultOf = (path: string | undefined) => {
    try {
      return parseData(format, { name: 'a', text, path }, asked);
    } catch (error) {
      if (!(error instanceof NickelError)) throw error;
      const { place } = error.fault;
      return `${place?.file}:${place?.line}:${place?.column}`;
    }
  };
  expect(faultOf('/workspace/a')).toBe(`a:${expected}`);
  // The text of std.deserialize is in no file.
  expect(faultOf(undefined)).toBe('main.ncl:1:1');
});
