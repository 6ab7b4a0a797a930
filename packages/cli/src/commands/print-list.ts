import type { Page } from '@provisioning/client';
import { Option, type Command } from 'commander';
import type { Context } from '../context.js';
import { wholeNumber } from '../input.js';
import type { Columns } from '../output/printer.js';

/** What every command takes that prints a list. */
export interface ListOptions {
  limit?: number;
  all?: boolean;
}

/** A list of the client: a page of it, and all of it. */
interface List<Args, Item> {
  page(args: Args): Promise<Page<Item>>;
  all(args: Args): AsyncGenerator<Item, void, undefined>;
}

export function withListOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'at most so many (default: 50)', wholeNumber)
    .addOption(new Option('--all', 'all of them').conflicts('limit'));
}

/** Prints the first of a list, or all of it, and says beside the result when there are more than it shows. */
export async function printList<Args extends { query?: object }, Item>(
  { printer, terminal }: Context,
  list: List<Args, Item>,
  args: Args,
  { limit, all }: ListOptions,
  columns: Columns<Item>,
): Promise<void> {
  if (all) {
    const items: Item[] = [];
    for await (const item of list.all(args)) {
      terminal.signal.throwIfAborted();
      items.push(item);
    }
    return printer.rows(items, columns);
  }
  const query = limit === undefined ? args.query : { ...args.query, limit };
  const { items, total } = await list.page({ ...args, ...(query ? { query } : {}) });
  printer.rows(items, columns);
  if (total > items.length) printer.note(`${items.length} of ${total} are shown; --all shows all of them.`);
}
