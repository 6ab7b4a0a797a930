import { hasTaskEnded, type ProvisioningClient } from '@provisioning/client';
import type { LogLine } from '@provisioning/contracts';
import type { Context } from '../../context.js';
import { exitCodeOfStatus, type ExitCode } from '../../exit-code.js';
import { watch } from '../../follow/watch.js';
import { printable } from '../../output/printable.js';

const PAGE = 1000;

/** Prints the output of a task; with `follow` until it has ended. @returns the exit code of its outcome */
export async function printLogs(
  { client, printer, terminal }: Context,
  id: string,
  follow: boolean,
): Promise<ExitCode> {
  let after = 0;
  const print = async () => {
    for await (const { line, text } of linesAfter(client, id, after)) {
      printer.line(printable(text));
      after = line;
    }
  };
  if (!follow) {
    await print();
    return 0;
  }
  const look = () => client.orchestrator.getTask({ params: { id }, signal: terminal.signal });
  const watched = { filter: { taskId: id }, look, ended: hasTaskEnded };
  let status = 'Pending';
  // Lines are read after the status, so that the output of an ended task is complete.
  for await (const task of watch(client, watched, terminal.signal)) {
    await print();
    if (task.status !== status || hasTaskEnded(task)) {
      printer.note(`${task.status}  ${printable(task.error ?? task.name)}`);
    }
    status = task.status;
  }
  return exitCodeOfStatus(status);
}

async function* linesAfter(client: ProvisioningClient, id: string, after: number): AsyncGenerator<LogLine> {
  for (;;) {
    const lines = await client.orchestrator.getTaskLogs({ params: { id }, query: { after, limit: PAGE } });
    yield* lines;
    after = lines.at(-1)?.line ?? after;
    if (lines.length < PAGE) return;
  }
}
