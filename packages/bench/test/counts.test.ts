import { describe, expect, it } from '@jest/globals';
import { checkBuild } from '../../test-kit/jest/check-build.mjs';
import { committedCounts, excessOf, measureCounts } from '../src/count-table.js';

describe('an operation that does nothing', () => {
  it('does not write more rows and WAL records, or ask Postgres more often, than docs/bench/counts.json accepts', async () => {
    // The services run as they are built.
    await checkBuild();
    expect(excessOf(await committedCounts(), await measureCounts())).toEqual([]);
  });
});

describe('the table of counts', () => {
  const table = {
    batch: { rows: 10, walRecords: 60 },
    chain: { rows: 10, walRecords: 60, statements: 8, messages: 9 },
  };

  it('accepts less, and more within the tolerance', () => {
    const measured = { batch: { rows: 5, walRecords: 68 }, chain: { ...table.chain, statements: 9 } };
    expect(excessOf(table, measured)).toEqual([]);
  });

  it('names each count that has grown', () => {
    const measured = { batch: { rows: 12, walRecords: 60 }, chain: table.chain };
    expect(excessOf(table, measured)).toEqual([
      'An operation of a batch takes 12.00 rows; docs/bench/counts.json has 10. At most 11.50 are accepted.',
    ]);
  });
});
