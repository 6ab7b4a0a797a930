import { expect, it } from '@jest/globals';
import { FrameReader } from './frames.js';

const frame = (opcode: number, text: string) => {
  const payload = Buffer.from(text);
  const { length } = payload;
  const header = length < 126 ? Buffer.from([0, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode;
  if (header.length === 4) header.writeUInt16BE(length, (header[1] = 126) && 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), (header[1] = 127) && 2);
  return Buffer.concat([header, payload]);
};

it.each([1, 3, 7, 100_000])('finds each message, in pieces of %i bytes', (size) => {
  const texts = [0, 1, 125, 126, 300, 65_535, 65_536].map((length) => 'x'.repeat(length));
  const bytes = Buffer.concat([...texts.map((text) => frame(1, text)), frame(9, ''), frame(8, 'bye')]);
  const read: string[] = [];
  let pings = 0;
  const reader = new FrameReader(
    (chunk, from, to) => read.push(chunk.toString('latin1', from, to)),
    () => (pings += 1),
  );
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size));
  expect(read.map(({ length }) => length)).toEqual(texts.map(({ length }) => length));
  expect(pings).toBe(1);
});
