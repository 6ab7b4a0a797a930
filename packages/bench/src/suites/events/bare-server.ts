import type { AddressInfo } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { WebSocketServer } from 'ws';
import type { Order } from './messages.js';
import { onClock } from './on-clock.js';

// The minimum without a database, policies, filters and history: `ws`, and events in memory.

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('listening', () => {
  // Safe cast: it listens on a TCP port.
  const { port } = server.address() as AddressInfo;
  process.send!({ type: 'ready', url: `http://127.0.0.1:${port}` });
});

/** `each`: a message for each event, made once for all. `list`: one message with the events of 10 ms. */
const gathers = process.argv[2] === 'list';

process.on('message', (order: Order) => {
  if (order.type !== 'begin') return;
  void onClock(order.events, order.perSecond, (first, count) => {
    const texts = Array.from({ length: count }, (_, index) => JSON.stringify(event(first + index)));
    const messages = gathers ? [`[${texts.join()}]`] : texts;
    for (const message of messages) {
      const bytes = Buffer.from(message);
      for (const client of server.clients) client.send(bytes, { binary: false });
    }
  }).then((firstAt) => process.send!({ type: 'written', firstAt }));
});

/** In the form of the platform. */
function event(number: number) {
  const metadata = { task_id: uuidv7(), status: 'running' };
  return {
    id: String(number),
    event_type: 'TaskStatusChanged',
    timestamp: new Date().toISOString(),
    data: {
      ...metadata,
      name: 'create_servers',
      infra: 'production',
      change: 'started',
      state: 'running',
      attempt: 1,
    },
    metadata,
  };
}
