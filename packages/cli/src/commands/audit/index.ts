import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ProvisioningError } from '@provisioning/client';
import { systemErrorSentence } from '@provisioning/command-line';
import { asSentence } from '@provisioning/errors';
import { Option, type Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { dayOrTime } from '../../input.js';

interface ExportOptions {
  format: 'csv' | 'ndjson';
  file?: string;
  from?: string;
  to?: string;
  userId?: string;
  action?: string;
  resource?: string;
}

export function auditCommands(program: Command, actions: Actions): void {
  const audit = program.command('audit').description('who did what');
  audit
    .command('export')
    .description('write every audit record that the filters leave')
    .addOption(new Option('--format <format>', 'of the text').choices(['csv', 'ndjson']).default('ndjson'))
    .option('--file <path>', 'where to; to the standard output, where absent')
    .option('--from <moment>', 'a day (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .option('--to <moment>', 'a day (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .option('--user-id <id>', 'only what this user did')
    .option('--action <action>', 'only this')
    .option('--resource <resource>', 'only on this')
    .action(actions.of(exportRecords));
  audit
    .command('verify')
    .description('prove that no record was changed, removed or put in between')
    .option('--from <moment>', 'a day (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .option('--to <moment>', 'a day (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .action(actions.of(verify));
}

async function exportRecords({ client, printer, terminal }: Context, options: ExportOptions): Promise<void> {
  const { format, file, from, to, userId, action, resource } = options;
  const query = { from, to, user_id: userId, action, resource };
  const { signal } = terminal;
  // What comes may take longer than any answer should.
  const response = await client.exportAuditLogs({ format, query }, { signal, timeout: 3_600 });
  const records = recordsIn(response, signal);
  if (file === undefined) {
    for await (const piece of records) {
      if (!terminal.stdout.write(piece)) await once(terminal.stdout, 'drain', { signal });
    }
    return;
  }
  const target = createWriteStream(file, { mode: 0o600 });
  await pipeline(records, target, { signal }).catch((error: unknown) => {
    if (signal.aborted || error instanceof ProvisioningError) throw error;
    throw new Error(systemErrorSentence(file, 'written', error), { cause: error });
  });
  printer.outcome('Done', `Written to ${file}.`, { file });
}

/** The pieces of an export. @throws ProvisioningError `network_error` where it breaks off */
async function* recordsIn({ body, url }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body as ReadableStream<Uint8Array>;
  } catch (error) {
    signal.throwIfAborted();
    throw new ProvisioningError(
      `${new URL(url).host} broke off in the middle of the export. What has been written is not all of it.`,
      { status: 0, code: 'network_error', cause: error },
    );
  }
}

async function verify({ client, printer }: Context, { from, to }: ExportOptions): Promise<ExitCode> {
  const query = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const result = await client.controlCenter.verifyAudit({ query, timeout: 600 });
  const sentence = result.ok
    ? `${result.checked} records, each stands on the one before it.`
    : asSentence(
        `Record ${result.first_bad_seq ?? '?'} is not what it was: ${result.reason ?? 'no reason given'}`,
      );
  printer.outcome(result.ok ? 'Valid' : 'Invalid', sentence, result);
  return result.ok ? EXIT.done : EXIT.failed;
}
