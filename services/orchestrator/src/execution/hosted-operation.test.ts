import { describe, expect, it } from '@jest/globals';
import { HostedOperation } from './hosted-operation.js';

const host = { cancel: () => {}, kill: () => {}, forget: () => {}, intended: () => {} };
const MiB = 1024 * 1024;

function say(operation: HostedOperation, text: string): void {
  operation.receive({ type: 'log', id: 'o', text });
}
function piecesOf(operation: HostedOperation): string[][] {
  const pieces: string[][] = [];
  for (let piece = operation.readLines(); piece.length > 0; piece = operation.readLines()) pieces.push(piece);
  return pieces;
}
const bytesOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0);

describe('the output of an operation', () => {
  it('is read in pieces, in order and complete', () => {
    const operation = new HostedOperation(host);
    const said = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'x'.repeat(50)}`);
    for (const line of said) say(operation, line);
    const pieces = piecesOf(operation);
    expect(Math.max(...pieces.map(bytesOf))).toBeLessThanOrEqual(MiB);
    expect(pieces.flat()).toEqual(said);
  });

  it('is left out beyond the buffer while it is not read, with a note in its place', () => {
    const operation = new HostedOperation(host);
    for (let left = 100; left > 0; left--) say(operation, 'x'.repeat(MiB));
    say(operation, 'the end');
    const read = piecesOf(operation).flat();
    expect(bytesOf(read)).toBeLessThan(20 * MiB);
    expect(read.at(-1)).toMatch(/^\[… \d+ lines left out here/);
    say(operation, 'and then');
    expect(operation.readLines()).toEqual(['and then']);
  });

  it('has lines that are too long split', () => {
    const operation = new HostedOperation(host);
    say(operation, 'x'.repeat(MiB));
    const lines = piecesOf(operation).flat();
    expect(Math.max(...lines.map(({ length }) => length))).toBe(64 * 1024);
    expect(lines.join('').length).toBe(MiB);
  });

  it('is stored up to its limit', () => {
    const operation = new HostedOperation(host);
    for (let left = 5; left > 0; left--) say(operation, 'x'.repeat(900_000));
    expect(operation.output(MiB).head.length).toBe(MiB);
    expect(operation.output(MiB).cut).toBeDefined();
  });
});
