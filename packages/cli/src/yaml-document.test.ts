import { describe, expect, it } from '@jest/globals';
import { parseYaml } from './yaml-document.js';

/** Words that only programmers of a library know. */
const LIBRARY = /YAML\.|parseAll|Symbol|Error|mapAsMap|tag:yaml|implicit|flow|scalar|collection/i;

describe('a YAML text', () => {
  it('is read as data, JSON too', () => {
    expect(parseYaml('a: &x {b: 1}\nc: *x\n')).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(parseYaml('{"a": [1, null, "x"]}')).toEqual({ a: [1, null, 'x'] });
  });

  it.each([
    [
      'a: 1\n---\nb: 2\n',
      'line 2, column 1: The file must hold one document, but a line "---" begins another one.',
    ],
    ['a: *x\n', 'line 1, column 4: This alias stands for nothing: the anchor must come before it.'],
    ['\ta: 1\n', 'line 1, column 1: Lines must be indented with blanks, not with tabs.'],
    ['a: b: c\n', 'line 1, column 4: A text that contains ": " must be in quotes'],
    ['a: [1\n', 'line 2, column 1: The indentation does not fit'],
    ['a: @b\n', 'line 1, column 4: A text that begins with this character must be in quotes.'],
    ['a: "x\n', 'line 2, column 1: A character is missing'],
    ['{"a": 1', 'line 1, column 8: A character is missing'],
    ['a: !!odd 1\n', 'line 1, column 4: This tag is not known'],
    ['%ODD\n---\na: 1\n', 'line 1, column 1: A line that begins with "%" is a directive'],
    ['? [1, 2]\n: 3\n', 'line 1, column 3: The name of a member must be a text.'],
    ['a: "\\q"\n', 'line 1, column 5: This escape is not known'],
  ])('%j is refused in words for people, with the place', (text, sentence) => {
    expect(() => parseYaml(text)).toThrow(sentence);
    expect(() => parseYaml(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(LIBRARY) }),
    );
  });

  it('that would be gigabytes is refused', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 10; n += 1)
      bomb.push(
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(() => parseYaml(bomb.join('\n'))).toThrow('With its aliases written out it would be too large.');
  });
});
