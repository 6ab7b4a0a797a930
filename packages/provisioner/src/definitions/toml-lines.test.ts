import { describe, expect, it } from '@jest/globals';
import { TomlLines } from './toml-lines.js';

const TEXT = `name = "a"
quoted."x.y" = 1
text = """
[none]
of = "these"
"""
inline = { deep = 1 }

[table]
key = 1
[table."1.0".sub]
key = 2
[[list]]
key = 3
  [[list]] # the second
  key = 4`;

describe('lines', () => {
  const lines = new TomlLines(TEXT);

  it.each([
    [['name'], 1],
    [['quoted', 'x.y'], 2],
    [['text'], 3],
    [['inline', 'deep'], 7],
    [['table'], 9],
    [['table', 'key'], 10],
    [['table', '1.0', 'sub', 'key'], 12],
    [['list', 0, 'key'], 14],
    [['list', 1], 15],
    [['list', 1, 'key'], 16],
    [['list', 1, 'absent'], 15],
    [['none', 'of'], undefined],
  ])('of %j', (path, line) => {
    expect(lines.of(path)).toBe(line);
  });
});
