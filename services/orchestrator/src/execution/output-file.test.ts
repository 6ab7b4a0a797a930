import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Masker } from './masking/masker.js';
import { OutputFile } from './output-file.js';

let folder: string;
const opened: OutputFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-'));
});
afterEach(() => {
  for (const file of opened.splice(0)) file.close();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(text: string): OutputFile {
  const path = join(folder, 'output.log');
  writeFileSync(path, text);
  const file = new OutputFile(path);
  opened.push(file);
  return file;
}

describe('the start and end of an output', () => {
  it('are cut between lines, so that no part of a masked secret stays', () => {
    const secret = 'hunter2hunter2';
    const text = `${`token=${secret}\n`.repeat(50)}the end\n`;
    for (let limit = 100; limit < 200; limit++) {
      const shown = new Masker([secret]).maskCut(fileOf(text).headAndTail(limit));
      expect(shown.replaceAll('token=***\n', '')).toMatch(/^\[… \d+ bytes cut here; [^\n]*\]\nthe end\n$/);
      const cut = Number(/… (\d+) bytes/.exec(shown)![1]);
      expect(cut + (shown.split('token=***').length - 1) * `token=${secret}\n`.length).toBe(text.length - 8);
    }
  });

  it('are the whole output if it is short, and only a note if a line is longer than both', () => {
    expect(fileOf('one\ntwo').headAndTail(7)).toEqual({ head: 'one\ntwo' });
    expect(fileOf('x'.repeat(100)).headAndTail(10)).toEqual({
      head: '',
      cut: { note: expect.stringMatching(/^\[… 100 bytes cut here/), tail: '' },
    });
  });
});

describe('a line that is too long', () => {
  it('is split between characters, also if it is the incomplete last line', () => {
    const long = 'é€😀x'.repeat(20_000);
    const file = fileOf(`${long}\n${long}`);
    const lines: string[] = [];
    for (let piece = file.readLines(); piece.length > 0; piece = file.readLines()) lines.push(...piece);
    lines.push(...file.readRest());
    expect(lines.join('')).toBe(long + long);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(64 * 1024);
  });
});
