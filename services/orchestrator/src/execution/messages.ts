import type { Socket } from 'node:net';
import { sendLine } from '@provisioning/process';

/** What a worker sends to its executor, a line of JSON each. */
export type WorkerMessage =
  | { type: 'offer'; number: number } // there may be tasks to claim
  | { type: 'drain'; graceMs: number }; // take no more work, end within this time

/** What an executor sends to its worker. */
export type ExecutorMessage =
  | { type: 'hello'; workerId: string; pid: number }
  /**
   * `ready`: whether it can start commands; absent of an executor that a worker of the release before has left.
   * `fault`: why it cannot; null while it can, and before that is known.
   */
  | { type: 'tick'; running: number; slots: number; ready?: boolean; fault?: string | null }
  | { type: 'replaced' } // another worker has come
  | { type: 'looked'; number: number } // had room, and took what was there
  | { type: 'ready'; ids: string[] }; // became ready by what ended here and found no room: others may be rung

const MAX_LINE = 16 * 1024 * 1024;

/** Sends a message, with all others of the same turn of the event loop. */
export function sendMessage(socket: Socket, message: WorkerMessage | ExecutorMessage): void {
  sendLine(socket, message);
}

/** Calls back for each whole line. What is no JSON object with a type ends the connection. */
export function onMessage<M>(socket: Socket, receive: (message: M) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) socket.destroy();
    for (const line of lines) {
      try {
        // The other end of the socket is a process of the same worker: it sends what `sendMessage` takes.
        // Safe cast: the process at the other end belongs to the same release.
        receive(JSON.parse(line) as M);
      } catch {
        socket.destroy();
        return;
      }
    }
  });
}
