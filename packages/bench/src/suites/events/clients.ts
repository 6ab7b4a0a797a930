import { request } from 'node:http';
import type { Socket } from 'node:net';
import { FrameReader } from './frames.js';
import type { Answer, Connect, Order, Received } from './messages.js';

// A process with many clients: they count messages and read little of them.

const SAMPLE = 50;
const LIST = '['.charCodeAt(0);
const EVENT = '{"id":"';
const TIMESTAMP = '"timestamp":"';
const ISO_LENGTH = 24;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const KEY = Buffer.from('clients of bench').toString('base64');

const tell = (answer: Answer) => process.send!(answer);

/** What all clients of this process have received. */
class Tally {
  readonly #samples: Received['samples'] = [];
  #events = 0;
  #closed = 0;
  #lastAt = 0;
  #told = false;
  readonly #clients: number;
  readonly #waiting: number;

  constructor({ tokens, expected }: Connect) {
    this.#clients = tokens.length;
    this.#waiting = tokens.length * expected;
  }

  follow(socket: Socket, head: Buffer): void {
    let mine = 0;
    let next = SAMPLE;
    const reader = new FrameReader(
      (bytes, from, to) => {
        const events = bytes[from] === LIST ? eventsIn(bytes.subarray(from, to)) : 1;
        this.#events += events;
        mine += events;
        if (mine < next) return;
        next = mine + SAMPLE;
        this.#sample(bytes, from);
      },
      () => socket.write(PONG),
    );
    const take = (chunk: Buffer) => {
      reader.read(chunk);
      this.#lastAt = Date.now();
      if (this.#events >= this.#waiting) this.finish();
    };
    socket.on('data', take);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed += 1;
      if (this.#closed === this.#clients) this.finish();
    });
    if (head.length > 0) take(head);
  }

  finish(): void {
    if (this.#told) return;
    this.#told = true;
    tell({
      type: 'received',
      events: this.#events,
      closed: this.#closed,
      lastAt: this.#lastAt,
      samples: this.#samples,
    });
  }

  #sample(bytes: Buffer, from: number): void {
    const start = bytes.indexOf(TIMESTAMP, from, 'latin1') + TIMESTAMP.length;
    const at = Date.parse(bytes.toString('latin1', start, start + ISO_LENGTH));
    this.#samples.push([at, Date.now() - at]);
  }
}

function eventsIn(message: Buffer): number {
  let count = 0;
  for (let at = message.indexOf(EVENT); at !== -1; at = message.indexOf(EVENT, at + 1)) count += 1;
  return count;
}

/** Bare `http`: the libraries' clients would read every message. */
function open(url: string, token: string): Promise<[Socket, Buffer]> {
  const headers = {
    Authorization: `Bearer ${token}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
  };
  return new Promise((resolve, reject) => {
    request(url, { headers })
      .on('upgrade', (_response, socket: Socket, head: Buffer) => resolve([socket, head]))
      .on('response', ({ statusCode }) => reject(new Error(`${url} answered with ${statusCode}`)))
      .on('error', reject)
      .end();
  });
}

let tally: Tally | undefined;
process.on('message', (order: Order) => {
  if (order.type === 'finish') tally?.finish();
  if (order.type !== 'connect') return;
  const mine = (tally = new Tally(order));
  void (async () => {
    for (const token of order.tokens) mine.follow(...(await open(order.url, token)));
    tell({ type: 'connected' });
  })();
});
