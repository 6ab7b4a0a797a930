import { readFile } from 'node:fs/promises';
import { CountedPlatform, type OperationCounts } from './suites/engine/operation-counts.js';

/** Where the committed table stands. */
const COUNT_TABLE = new URL('../../../docs/bench/counts.json', import.meta.url);
/** A count may exceed its committed value by this share. */
const TOLERANCE = 0.15;

/** The counts that are checked: those of a batch depend on how many results arrive together, except for what is written. */
interface CountTable {
  batch: Pick<OperationCounts, 'rows' | 'walRecords'>;
  chain: Pick<OperationCounts, 'rows' | 'walRecords' | 'statements' | 'messages'>;
}

/** Measures what the table holds. It takes about a minute and a half. */
export async function measureCounts(): Promise<CountTable> {
  const platform = new CountedPlatform();
  try {
    // The first batch makes the servers.
    await platform.batch();
    const batch = await platform.batch();
    const chain = await platform.chain();
    return {
      batch: { rows: batch.rows, walRecords: batch.walRecords },
      chain: {
        rows: chain.rows,
        walRecords: chain.walRecords,
        statements: chain.statements,
        messages: chain.messages,
      },
    };
  } finally {
    await platform.stop();
  }
}

/** Reads the committed counts. */
export async function committedCounts(): Promise<CountTable> {
  return JSON.parse(await readFile(COUNT_TABLE, 'utf8')) as CountTable;
}

/** @returns a sentence for each count that exceeds its committed value by more than the tolerance */
export function excessOf(committed: CountTable, measured: CountTable): string[] {
  return (Object.keys(committed) as (keyof CountTable)[]).flatMap((work) => {
    const now: Record<string, number> = { ...measured[work] };
    return Object.entries(committed[work]).flatMap(([count, before]) => {
      const value = now[count] ?? NaN;
      if (value <= before * (1 + TOLERANCE)) return [];
      return `An operation of a ${work} takes ${value.toFixed(2)} ${count}; docs/bench/counts.json has ${before}. At most ${(before * (1 + TOLERANCE)).toFixed(2)} are accepted.`;
    });
  });
}

/** The text of the committed table: two decimals. */
export function textOfCounts(table: CountTable): string {
  const rounded = JSON.stringify(
    table,
    (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value),
    2,
  );
  return `${rounded}\n`;
}
