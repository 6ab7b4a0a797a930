import { describe, expect, it } from '@jest/globals';
import { regexSteps } from './regex-steps.js';

describe('the steps of a regular expression', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['a*b+c?', 3],
    ['^[a-z0-9-]{1,63}$', 65],
    ['[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 36],
    ['a{3}', 3],
    ['a{3,}', 4],
    ['a{0}', 1],
    ['a{,3}', 5],
    ['(ab){3}c', 7],
    ['(a{0,500}){0,2}', 1000],
    ['((a{5}){5}){5}', 125],
    ['(a|b{4}){2}', 12],
    ['(()()()){1000}', 3000],
    ['(|||){100}', 300],
    ['(?:ab){3}(?P<x>c){2}', 8],
    ['((?i)a(?i)b){10}', 20],
    ['\\(a\\){3}', 5],
    ['[({]{3}', 3],
    ['[]a]{3}', 3],
    ['[[:alpha:]\\]]{3}', 3],
    ['\\pL{3}\\p{Greek}{2}\\x{10FFFF}{2}', 7],
    ['(\\Qa{9}(\\E){2}', 18],
    ['😀{3}', 3],
  ])('%s has %i', (pattern, steps) => expect(regexSteps(pattern)).toBe(steps));
});
