import type { Page } from '@provisioning/client';
import { Option, type Command } from 'commander';
import type { Context } from '../context.js';
import { wholeNumber } from '../input.js';
import type { Columns } from '../output/printer.js';

/** The options of every command that prints a list. */
export interface ListOptions {
  limit?: number;
  all?: boolean;
}

/** A list method of the client. */
interface List<Args, Item> {
  page(args: Args): Promise<Page<Item>>;
  all(args: Args): AsyncGenerator<Item, void, undefined>;
}

/** Adds the options of {@link ListOptions} to a command. */
export function withListOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'maximum number of results (default: 50)', wholeNumber)
    .addOption(new Option('--all', 'list all results').conflicts('limit'));
}

/** Prints a page of a list, or with `all` every page. If there are more results, a note on stderr says so. */
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
  if (total > items.length) printer.note(`Showing ${items.length} of ${total}. Use --all to list all.`);
}
