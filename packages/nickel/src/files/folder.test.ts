import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Folder } from './folder.js';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'folder-')));
});
afterEach(() => rmSync(root, { recursive: true }));

it('gives one version of a file that changes, by all its paths', () => {
  const path = join(root, 'a.ncl');
  writeFileSync(path, '1');
  symlinkSync('a.ncl', join(root, 'link.ncl'));
  const folder = new Folder(root);
  const first = folder.read(path, undefined);
  const { files } = folder;
  writeFileSync(path, '2');
  expect(folder.read(path, undefined)).toBe(first);
  expect(folder.read(join(root, 'link.ncl'), undefined)).toBe(first);
  expect(first).toEqual({ name: 'a.ncl', text: '1', path });
  expect(folder.files).toEqual(files);
});
