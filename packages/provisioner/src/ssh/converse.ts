import type { Session } from './host-connections.js';
import type { RemoteSession } from './remote-session.js';
import { ScriptOutput } from './script-output.js';
import type { Timing } from './timing.js';

// What is kept of what a login says that does not lead to a script.
const KEPT_CHARACTERS = 400;

/** What became of a session. */
export interface Outcome {
  /** Undefined if it did not come to its end, as far as is known here. */
  exitCode: number | undefined;
  /** Whether the server said that it begins. */
  begun: boolean;
  /** Whether the connection went, and what runs on the server cannot be heard any more. */
  lost: boolean;
  /** How the command of the session ended, and what it said on standard error. */
  status: number | undefined;
  errors: string;
}

/**
 * Sends a session what it needs, and hears it to its end. Both sides say all the time that they are there: who does not
 * hear the other any more gives up. @param stop when it is aborted, the server is told to end what runs
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
    // Ticks are counted and not milliseconds: when this process was suspended, the server is given time to answer.
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
