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

/** Adds `provctl audit` to the program. */
export function auditCommands(program: Command, actions: Actions): void {
  const audit = program.command('audit').description('export and verify the audit trail');
  audit
    .command('export')
    .description('export the audit records that match the filters')
    .addOption(
      new Option('--format <format>', 'format of the export').choices(['csv', 'ndjson']).default('ndjson'),
    )
    .option('--file <path>', 'file to write (default: standard output)')
    .option('--from <time>', 'start: a date (UTC), a time (RFC 3339) or 90d', (value) => dayOrTime(value))
    .option('--to <time>', 'end, inclusive: a date (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .option('--user-id <id>', 'only actions of this user')
    .option('--action <action>', 'only this action')
    .option('--resource <resource>', 'only actions on this resource')
    .action(actions.of(exportRecords));
  audit
    .command('verify')
    .description('verify that no audit record was changed, removed or inserted')
    .option('--from <time>', 'start: a date (UTC), a time (RFC 3339) or 90d', (value) => dayOrTime(value))
    .option('--to <time>', 'end, inclusive: a date (UTC) or a time (RFC 3339)', (value) => dayOrTime(value))
    .action(actions.of(verify));
}

async function exportRecords({ client, printer, terminal }: Context, options: ExportOptions): Promise<void> {
  const { format, file, from, to, userId, action, resource } = options;
  const query = { from, to, user_id: userId, action, resource };
  const { signal } = terminal;
  // An export may take longer than any other request.
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
  printer.outcome('Done', `Exported the audit records to ${file}.`, { file });
}

/** The chunks of an export. @throws ProvisioningError `network_error` if the connection breaks */
async function* recordsIn({ body, url }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    // Safe cast: the body of an answer of fetch consists of bytes.
    yield* body as ReadableStream<Uint8Array>;
  } catch (error) {
    signal.throwIfAborted();
    throw new ProvisioningError(
      `${new URL(url).host} closed the connection during the export. The output is incomplete.`,
      { status: 0, code: 'network_error', cause: error },
    );
  }
}

async function verify({ client, printer }: Context, { from, to }: ExportOptions): Promise<ExitCode> {
  const query = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const result = await client.controlCenter.verifyAudit({ query, timeout: 600 });
  const sentence = result.ok
    ? `Verified ${result.checked} audit records.`
    : asSentence(
        `Audit record ${result.first_bad_seq ?? '?'} does not match the chain: ${result.reason ?? 'no reason given'}`,
      );
  printer.outcome(result.ok ? 'Valid' : 'Invalid', sentence, result);
  return result.ok ? EXIT.done : EXIT.failed;
}
