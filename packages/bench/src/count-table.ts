import { CountedPlatform, type OperationCounts } from './suites/engine/operation-counts.js';

/** What docs/bench/counts.json shows. The statements of a batch are left out: they depend on how many results arrive together. */
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

/** The text of the committed table: two decimals. */
export function textOfCounts(table: CountTable): string {
  const rounded = JSON.stringify(
    table,
    (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value),
    2,
  );
  return `${rounded}\n`;
}
