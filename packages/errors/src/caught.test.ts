import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { codeOf, errorOf, messageOf } from './caught.js';

it('reads the code of a system error', async () => {
  const error: unknown = await readFile('/does-not-exist').catch((caught: unknown) => caught);
  expect(codeOf(error)).toBe('ENOENT');
});

it.each([[undefined], [null], ['ENOENT'], [{}], [new Error('no')], [{ code: 2 }]])(
  'finds no code in %j',
  (error) => {
    expect(codeOf(error)).toBeUndefined();
  },
);

it('keeps an error of another realm', () => {
  const error: unknown = runInNewContext('new TypeError("no")');
  expect(error).not.toBeInstanceOf(Error);
  expect(errorOf(error)).toBe(error);
  expect(messageOf(error)).toBe('no');
});

it('makes an error of any other value', () => {
  expect(errorOf('no')).toEqual(new Error('no'));
  expect(messageOf('no')).toBe('no');
  expect(messageOf(undefined)).toBe('undefined');
});
