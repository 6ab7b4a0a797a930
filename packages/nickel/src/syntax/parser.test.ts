import { expect, it } from '@jest/globals';
import { parse } from './parser.js';

it.each([
  ['a.ncl', 'Nickel'],
  ['a.json', 'Json'],
  ['a.yaml', 'Yaml'],
  ['a.b/c.yml', 'Yaml'],
  ['a.toml', 'Toml'],
  ['a.txt', 'Text'],
  ['a', 'Nickel'],
  ['a.JSON', 'Nickel'],
  ['.json', 'Nickel'],
  ['a/.json', 'Nickel'],
  ['x.constructor', 'Nickel'],
])('an import of "%s" has the format %s', (path, format) => {
  expect(parse({ name: 'text', text: `import "${path}"` })).toMatchObject({ kind: 'import', path, format });
});
