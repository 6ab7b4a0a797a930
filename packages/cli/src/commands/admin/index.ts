import type { Hold } from '@provisioning/contracts';
import { Argument, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { list } from '../../input.js';

type Release = 'resume' | 'reconcile' | 'cancel';

/** Adds `provctl admin` to the program. */
export function adminCommands(program: Command, actions: Actions): void {
  const admin = program.command('admin').description('hold and release work after a restore or an outage');
  admin.command('hold').description('show what is held').action(actions.of(showHold));
  admin
    .command('restored')
    .description('hold all work and end every session, because the database was restored from a backup')
    .requiredOption('--confirm <username>', 'your own username: your session ends, too')
    .option('--reason <sentence>', 'reason that refused clients see')
    .action(actions.of(restored));
  admin
    .command('release')
    .description('release held work')
    .addArgument(
      new Argument(
        '<what>',
        'resume: continue all work; reconcile: determine outcomes, cancel the rest; cancel: cancel all',
      ).choices(['resume', 'reconcile', 'cancel']),
    )
    .option(
      '--infras <names>',
      'only these infras, separated by commas; default: all, which ends the hold',
      list,
    )
    .action(actions.of(release));
}

/** The first line of a status while changes are refused; undefined while they are accepted. */
export function holdLine({ restored: hold }: Hold): string | undefined {
  if (!hold) return undefined;
  const but = hold.released.length > 0 ? `, except on ${hold.released.join(', ')}` : '';
  return `Changes are refused since ${hold.since}${but}. ${hold.reason} Release with provctl admin release.`;
}

async function showHold({ client, printer }: Context): Promise<void> {
  const hold = await client.orchestrator.getHold();
  if (printer.format !== 'table') return printer.data(hold);
  printer.outcome(hold.restored ? 'Held' : 'Done', holdLine(hold) ?? 'Changes are accepted.');
  printer.rows(hold.work, {
    infra: ({ infra }) => infra,
    reason: ({ reason }) => reason,
    tasks: ({ tasks }) => tasks,
    unknown: ({ unknown }) => unknown,
    oldest: ({ oldest }) => oldest,
  });
}

async function restored(
  { client, printer }: Context,
  { confirm, reason }: { confirm: string; reason?: string },
): Promise<void> {
  const hold = await client.orchestrator.holdWork({ body: reason === undefined ? {} : { reason } });
  // Last: the token of this call ends, too.
  await client.controlCenter.endAllAccess({ body: { username: confirm } });
  printer.outcome(
    'Done',
    'All work is held, and every session and API token has ended. Sign in again.',
    hold,
  );
}

async function release(
  { client, printer }: Context,
  what: Release,
  { infras }: { infras?: string[] },
): Promise<void> {
  const body = infras === undefined ? { release: what } : { release: what, infras };
  const released = await client.orchestrator.releaseWork({ body });
  const { batches, tasks, cancelled, failed, left } = released;
  printer.outcome(
    'Done',
    `Released ${batches} batches and ${tasks} tasks; ${cancelled} tasks were cancelled, ${failed} failed, ${left} are still held.`,
    released,
  );
}
