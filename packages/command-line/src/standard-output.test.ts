import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { StandardOutput, type OutputFailure } from './standard-output.js';
import { systemErrorSentence } from './system-error.js';

/** Fails with this code from the nth write on, a little later, as the streams of a process do. */
function failing(code: string, from = 1): Writable {
  let writes = 0;
  return new Writable({
    autoDestroy: false,
    write(_chunk, _encoding, done) {
      writes += 1;
      const error = Object.assign(new Error(`${code}: write`), { code });
      setImmediate(() => done(writes >= from ? error : null));
    },
  });
}

const sink = () => new PassThrough().resume();

describe('the output of a command', () => {
  it('succeeds if everything was written', async () => {
    const output = new StandardOutput(sink(), sink());
    expect(await output.settle()).toBeUndefined();
  });

  it('settles after all earlier writes', async () => {
    const stdout = failing('ENOSPC', 2);
    const output = new StandardOutput(stdout, sink());
    stdout.write('one\n');
    stdout.write('two\n');
    expect(await output.settle()).toMatchObject({
      isReaderGone: false,
      message: "The output can't be written: no space is left (ENOSPC).",
    });
  });

  it('recognises a reader that has closed the pipe', async () => {
    const stdout = failing('EPIPE');
    const output = new StandardOutput(stdout, sink());
    stdout.write('one\n');
    expect(await output.settle()).toMatchObject({ isReaderGone: true });
  });

  it('reports its failure at once, and once', async () => {
    const failures: OutputFailure[] = [];
    const [stdout, stderr] = [failing('EIO'), failing('ENOSPC')];
    const output = new StandardOutput(stdout, stderr, (failure) => failures.push(failure));
    stdout.write('one\n');
    await once(stdout, 'error');
    expect(failures).toHaveLength(1);
    stderr.write('two\n');
    await output.settle();
    expect(failures.map(({ message }) => message)).toEqual([
      "The output can't be written: the device reports an error (EIO).",
    ]);
  });

  it.each([
    ['EPIPE', undefined],
    ['ENOSPC', false],
  ])(
    'counts remarks that can’t be written too, but for those that have no reader: %s',
    async (code, isReaderGone) => {
      const stderr = failing(code);
      const output = new StandardOutput(sink(), stderr);
      stderr.write('a remark\n');
      expect((await output.settle())?.isReaderGone).toBe(isReaderGone);
    },
  );
});

it.each([
  ['a.csv', 'written', { code: 'EACCES' }, "a.csv can't be written: permission is denied (EACCES)."],
  ['b.yaml', 'read', { code: 'ENOENT' }, "b.yaml can't be read: it does not exist (ENOENT)."],
  ['b.yaml', 'read', { code: 'EOTHER' }, "b.yaml can't be read (EOTHER)."],
  ['b.yaml', 'read', new Error('strange'), "b.yaml can't be read."],
] as const)('says why %s can’t be %s', (what, act, error, sentence) => {
  expect(systemErrorSentence(what, act, error)).toBe(sentence);
});
