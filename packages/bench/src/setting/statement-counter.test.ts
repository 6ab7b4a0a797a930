import { describe, expect, it } from '@jest/globals';
import { messageReader } from './statement-counter.js';

function message(type: string, content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(content)]);
}

describe('the reader of what a client of Postgres sends', () => {
  const sent = Buffer.concat([
    message('', 'startup'),
    message('P', 'parse'),
    message('E', ''),
    message('S', ''),
  ]);

  it.each([1, 3, sent.length])('finds each message in pieces of %i bytes', (size) => {
    const types: string[] = [];
    const read = messageReader((type) => types.push(String.fromCharCode(type)));
    for (let at = 0; at < sent.length; at += size) read(sent.subarray(at, at + size));
    expect(types).toEqual(['P', 'E', 'S']);
  });
});
