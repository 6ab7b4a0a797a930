import { expect, it } from '@jest/globals';
import { asSentence } from './as-sentence.js';

it.each([
  ['The command exited with status 1', 'The command exited with status 1.'],
  ['It is done.', 'It is done.'],
  ['Is it?', 'Is it?'],
  ['It said "no."', 'It said "no."'],
  ['It said "no"', 'It said "no".'],
  ['It failed (see the log.)', 'It failed (see the log.)'],
  ['It failed \n', 'It failed.'],
  ['', ''],
])('%j is the sentence %j', (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
