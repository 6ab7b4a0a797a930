import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from './frame.js';

it('is read correctly by a client, for any length', async () => {
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000].map(
    (length) => 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2),
  );
  const server = createServer();
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      for (const text of texts) socket.write(textFrame(text));
      webSocket.close();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const read: string[] = [];
  client.on('message', (data: Buffer, isBinary) => read.push(isBinary ? 'binary' : data.toString()));
  await once(client, 'close');
  server.close();
  expect(read.map((text) => text.length)).toEqual(texts.map((text) => text.length));
  expect(read.every((text, index) => text === texts[index])).toBe(true);
});
