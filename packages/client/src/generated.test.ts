import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { EVENT_TYPES } from '@provisioning/contracts';
import { outputs } from '../generate.mjs';

it.each(outputs.map(({ file, make }) => [file.pathname.split('/').at(-1), file, make] as const))(
  '%s is what the contract says (if not, run `npm run generate`)',
  async (_, file, make) => {
    expect(await readFile(file, 'utf8')).toBe(make());
  },
);

it('docs/how-to/follow-events.md describes exactly the event types of the contract', async () => {
  const page = new URL('../../../docs/how-to/follow-events.md', import.meta.url);
  const described = [...(await readFile(page, 'utf8')).matchAll(/^\| `([A-Z]\w+)` /gm)].map(
    ([, type]) => type,
  );
  expect(described.sort()).toEqual([...EVENT_TYPES].sort());
});
