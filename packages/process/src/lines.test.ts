import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { flushLines, sendLine } from './lines.js';

function recording() {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return { stream, written };
}

it('writes what is sent in one turn of the event loop at once, and in order', async () => {
  const { stream, written } = recording();
  sendLine(stream, { n: 1 });
  await Promise.resolve();
  sendLine(stream, { n: 2 });
  expect(written).toEqual([]);
  await turn();
  sendLine(stream, { n: 3 });
  await turn();
  expect(written).toEqual(['{"n":1}\n{"n":2}\n', '{"n":3}\n']);
});

it('writes what waits before the stream is ended, once', async () => {
  const { stream, written } = recording();
  sendLine(stream, { n: 1 });
  flushLines(stream);
  stream.end();
  sendLine(stream, { n: 2 });
  await turn();
  expect(written).toEqual(['{"n":1}\n']);
});
