import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.js';

describe('the lines of a stream', () => {
  it('are the same however they arrive', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        let rest = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const expected = rest.toString().split('\n').slice(0, -1);
        const splitter = new LineSplitter(100_000);
        const got: string[] = [];
        for (const cut of cuts) {
          got.push(...splitter.push(rest.subarray(0, cut)));
          rest = rest.subarray(cut);
        }
        got.push(...splitter.push(rest));
        expect(got).toEqual(expected);
      }),
    );
  });

  it('are refused if they are too long, complete or not', () => {
    expect(new LineSplitter(4).push(Buffer.from('1234\n'))).toEqual(['1234']);
    expect(() => new LineSplitter(4).push(Buffer.from('12345\n'))).toThrow('more than 4 bytes');
    const splitter = new LineSplitter(4);
    splitter.push(Buffer.from('123'));
    expect(() => splitter.push(Buffer.from('45'))).toThrow('more than 4 bytes');
  });

  it('are split if they are too long and splitting is allowed', () => {
    const splitter = new LineSplitter(4, 'cut');
    expect(splitter.push(Buffer.from('123456789\n1234\n'))).toEqual(['1234', '5678', '9', '1234']);
    expect(splitter.push(Buffer.from('12345'))).toEqual(['1234']);
    expect(splitter.rest()).toEqual(['5']);
    expect(splitter.rest()).toEqual([]);
  });
});
