import type { Session } from './host-connections.js';
import type { RemoteSession } from './remote-session.js';
import { ScriptOutput } from './script-output.js';
import type { Timing } from './timing.js';

// The maximum output that is kept of a login that does not start a script.
const KEPT_CHARACTERS = 400;

/** The outcome of a session. */
export interface Outcome {
  /** Undefined if it did not end on its own, as far as is known here. */
  exitCode: number | undefined;
  /** Whether the server reported that the script starts. */
  begun: boolean;
  /** Whether the connection was lost, so that output of the server no longer arrives. */
  lost: boolean;
  /** How the session's command ended, and its standard error. */
  status: number | undefined;
  errors: string;
}

/**
 * Sends a session its input and reads its output to the end. Both sides send keep-alive messages; a side that does not
 * receive any gives up. @param stop when it is aborted, the server is asked to end what runs
 */
export function converse(
  { channel, connection }: Session,
  { input, mark }: RemoteSession,
  { tickMs, silenceMs }: Timing,
  log: (line: string) => void,
  stop: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const output = new ScriptOutput(mark, log);
    let errors = '';
    let status: number | undefined;
    // Counts ticks instead of milliseconds: after this process was suspended, the server still has time to answer.
    let unheard = 0;

    const finish = (lost: boolean) => {
      clearInterval(ticking);
      stop.removeEventListener('abort', end);
      connection.lost.removeEventListener('abort', lose);
      for (const stream of [channel, channel.stderr]) stream.removeAllListeners('data').resume();
      channel.removeAllListeners('exit').removeAllListeners('close').close();
      resolve({ exitCode: output.exitCode, begun: output.begun, lost, status, errors: errors.trim() });
    };
    const lose = () => {
      output.end();
      finish(true);
    };
    const end = () => channel.end();
    const tick = () => {
      if (++unheard * tickMs > silenceMs) return connection.destroy();
      if (!stop.aborted) channel.write('\n');
    };

    channel.on('error', () => {});
    channel.on('data', (chunk: Buffer) => {
      unheard = 0;
      output.push(chunk);
      if (output.exitCode !== undefined) finish(false);
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      unheard = 0;
      if (!output.begun) errors = (errors + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
    channel.on('exit', (code: number | null) => (status = code ?? undefined));
    channel.on('close', () => {
      output.end();
      finish(false);
    });
    const ticking = setInterval(tick, tickMs);
    connection.lost.addEventListener('abort', lose);
    stop.addEventListener('abort', end);
    channel.write(input);
    if (connection.lost.aborted) lose();
    else if (stop.aborted) end();
  });
}
