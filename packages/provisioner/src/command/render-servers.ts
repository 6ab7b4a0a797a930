import type { Server } from '../drivers/index.js';

const HEADINGS = ['NAME', 'PLAN', 'ZONE', 'STATE', 'IP', 'PROVIDER', 'DRIVER'];

/** A table with one line for each server. */
export function renderServers(servers: readonly Server[]): string[] {
  if (servers.length === 0) return [];
  const rows = servers.map(({ name, plan, zone, state, ip, provider, driver }) => [
    name,
    plan,
    zone,
    state,
    ip ?? '-',
    provider,
    driver,
  ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
