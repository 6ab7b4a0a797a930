import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { outputs } from '../generate.mjs';

it.each(outputs.map(({ file, make }) => [file.pathname.split('/').at(-1), file, make] as const))(
  '%s is what the contract says today (node packages/client/generate.mjs)',
  async (_, file, make) => {
    expect(await readFile(file, 'utf8')).toBe(make());
  },
);
