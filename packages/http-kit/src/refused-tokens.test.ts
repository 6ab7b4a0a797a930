import { expect, it } from '@jest/globals';
import { RefusedTokenCounter, type RefusedTokens } from './refused-tokens.js';

const MINUTE = 60_000;

function counter(write?: (refused: RefusedTokens) => Promise<void>) {
  const written: RefusedTokens[] = [];
  const clock = { now: Date.parse('2026-01-01T12:00:10Z') };
  const counting = new RefusedTokenCounter(
    write ?? ((refused) => Promise.resolve(void written.push(refused))),
    () => new Date(clock.now),
  );
  return { counting, written, clock };
}

it('writes one record for each minute, address and reason, once the minute is over', async () => {
  const { counting, written, clock } = counter();
  for (let i = 0; i < 1_000; i += 1) counting.add('192.0.2.1', 'malformed');
  counting.add('192.0.2.1', 'bad_signature');
  clock.now += 30_000;
  counting.add('192.0.2.1', 'malformed');
  // One IPv6 subscriber has many addresses.
  counting.add('2001:db8:0:1::1', 'malformed');
  counting.add('2001:db8:0:2::2', 'malformed');
  await counting.flush();
  expect(written).toEqual([]);
  clock.now += MINUTE;
  counting.add('192.0.2.1', 'malformed');
  await counting.flush();
  expect(written.map(({ ip, reason, count }) => [ip, reason, count])).toEqual([
    ['192.0.2.1', 'malformed', 1_001],
    ['192.0.2.1', 'bad_signature', 1],
    [expect.stringContaining('2001:db8:'), 'malformed', 2],
  ]);
  expect(written[0]).toMatchObject({
    first: new Date('2026-01-01T12:00:10Z'),
    last: new Date('2026-01-01T12:00:40Z'),
  });
  await counting.flush(true);
  expect(written).toHaveLength(4);
});

it('counts together those beyond the limit', async () => {
  const { counting, written } = counter();
  for (let i = 0; i < 5_000; i += 1) counting.add(`10.0.${i >> 8}.${i & 255}`, 'malformed');
  await counting.flush(true);
  expect(written).toHaveLength(201);
  expect(written.at(-1)).toMatchObject({ ip: null, count: 4_800 });
  expect(written.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
});

it('keeps counts that cannot be written until they can, once each', async () => {
  let isAway = true;
  const written: RefusedTokens[] = [];
  const { counting, clock } = counter((refused) => {
    if (isAway) return Promise.reject(new Error('away'));
    written.push(refused);
    return Promise.resolve();
  });
  counting.add('192.0.2.1', 'malformed');
  clock.now += MINUTE;
  await expect(counting.flush()).rejects.toThrow('away');
  counting.add('192.0.2.1', 'malformed');
  isAway = false;
  await counting.flush(true);
  await counting.flush(true);
  expect(written.map(({ count }) => count)).toEqual([1, 1]);
});
