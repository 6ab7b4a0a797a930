import { expect, it } from '@jest/globals';
import { Receiver } from 'ws';
import { textFrame } from './frame.js';

it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('of %i bytes is what the other side reads', (length) => {
  const text = 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2);
  const receiver = new Receiver({ isServer: false });
  const read: string[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => read.push(`${isBinary} ${data.toString()}`));
  receiver.write(Buffer.concat([textFrame(text), textFrame('next')]));
  expect(read[0]).toBe(`false ${text}`);
});
