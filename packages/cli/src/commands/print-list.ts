import type { Page } from '@provisioning/client';
import { Option, type Command } from 'commander';
import type { Context } from '../context.js';
import { wholeNumber } from '../input.js';
import type { Columns } from '../output/printer.js';

/** The options of every command that prints a list. */
export interface ListOptions {
  limit?: number;
  offset?: number;
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
    .option('--offset <n>', 'number of results to skip', wholeNumber)
    .addOption(new Option('--all', 'list all results').conflicts(['limit', 'offset']));
}

/** Prints a page of a list, or with `all` every page. A note on stderr says how many results there are. */
export async function printList<Args extends { query?: object }, Item>(
  { printer, terminal }: Context,
  list: List<Args, Item>,
  args: Args,
  { limit, offset, all }: ListOptions,
  columns: Columns<Item>,
): Promise<void> {
  if (all) {
    const items: Item[] = [];
    for await (const item of list.all(args)) {
      terminal.signal.throwIfAborted();
      items.push(item);
    }
    printer.rows(items, columns);
    return noteTotal(printer, items.length, items.length);
  }
  const query = {
    ...args.query,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
  const { items, total } = await list.page({ ...args, query });
  printer.rows(items, columns);
  noteTotal(printer, items.length, total);
}

/** Data for programs has a note only if it is incomplete. */
function noteTotal(printer: Context['printer'], shown: number, total: number): void {
  if (shown < total) printer.note(`${shown} of ${total}; --all for the rest`);
  else if (printer.format === 'table' && total > 0) printer.note(`${shown} of ${total}`);
}
