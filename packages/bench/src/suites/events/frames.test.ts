import { expect, it } from '@jest/globals';
import { FrameReader } from './frames.js';

function frame(opcode: number, text: string): Buffer {
  const { length } = text;
  const [size, short] = length < 126 ? [2, length] : length < 65_536 ? [4, 126] : [10, 127];
  const header = Buffer.alloc(size);
  header[0] = 0x80 | opcode;
  header[1] = short;
  if (size === 4) header.writeUInt16BE(length, 2);
  if (size === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, Buffer.from(text)]);
}

it.each([13, 1_000, 100_000])('finds each message, in pieces of %i bytes', (size) => {
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
