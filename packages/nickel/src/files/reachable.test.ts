import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NickelError } from '../nickel-error.js';
import { reachableFiles } from './reachable.js';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reachable-')));
  root = join(folder, 'workspace');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(file: string, target: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

const names = () => reachableFiles(root, join(root, 'main.ncl')).map(({ name }) => name);

function refusal(): string {
  try {
    return `no error: ${names().join(' ')}`;
  } catch (error) {
    if (!(error instanceof NickelError)) throw error;
    const { kind, place, message } = error.fault;
    return `${place?.file}:${place?.line} ${kind}: ${message}`;
  }
}

describe('the files that a file can reach', () => {
  it('are those of imports at any place, and no others', () => {
    write('main.ncl', 'let unused = import "lib/a.ncl" in { f = fun x => [import "lib/b.yaml", x] }');
    write('lib/a.ncl', '{ c = import "c.txt" }');
    write('lib/b.yaml', 'a: 1');
    write('lib/c.txt', 'import "none.ncl"');
    write('lib/d.ncl', '1');
    expect(names()).toEqual(['lib/a.ncl', 'lib/b.yaml', 'lib/c.txt', 'main.ncl']);
  });

  it.each([[`[import "a.ncl" as 'Text, import "a.ncl"]`], [`[import "a.ncl", import "a.ncl" as 'Text]`]])(
    'include the imports of a file that is also data: %s',
    (main) => {
      write('main.ncl', main);
      write('a.ncl', 'import "../secret.txt"');
      writeFileSync(join(folder, 'secret.txt'), 'secret');
      expect(refusal()).toBe(
        'a.ncl:1 import: The file "../secret.txt" is not allowed: it is outside the workspace.',
      );
    },
  );

  it('include the imports of a file next to each link to it', () => {
    write('main.ncl', 'import "i/l.ncl"');
    write('a/b/r.ncl', 'import "../../x.txt"');
    write('x.txt', 'inside');
    link('i/l.ncl', '../a/b/r.ncl');
    writeFileSync(join(folder, 'x.txt'), 'outside');
    expect(refusal()).toBe(
      'a/b/r.ncl:1 import: The file "../x.txt" is not allowed: it is outside the workspace.',
    );
  });

  it('do not include a file that a link leads to outside the folder', () => {
    write('main.ncl', 'import "l.ncl"');
    writeFileSync(join(folder, 'outside.ncl'), '1');
    link('l.ncl', '../outside.ncl');
    expect(refusal()).toBe(
      'main.ncl:1 import: The file "l.ncl" is not allowed: it is outside the workspace.',
    );
  });

  it('have a limit where links give one file ever more paths', () => {
    write('main.ncl', '[import "a/main.ncl", import "b/main.ncl"]');
    link('a', '.');
    link('b', '.');
    expect(refusal()).toContain('limit: The imports lead to more than');
  });

  it('end where a link leads back to its own folder, again and again', () => {
    write('main.ncl', 'import "a/main.ncl"');
    link('a', '.');
    expect(refusal()).toMatch(/^main\.ncl:1 import: The file "(a\/){41}main\.ncl" does not exist\.$/);
  });

  it('cannot be packages', () => {
    write('main.ncl', '{\n  a | not_exported = import foo,\n}');
    expect(refusal()).toBe('main.ncl:2 import: Packages cannot be imported ("foo"). Import a file instead.');
  });

  it('cannot have absolute paths', () => {
    write('main.ncl', 'import "/etc/passwd"');
    expect(refusal()).toBe('main.ncl:1 import: The import "/etc/passwd" must be relative to its own file.');
  });

  it('include those of a name like a member of every object', () => {
    write('main.ncl', 'import "x.constructor"');
    write('x.constructor', 'import "a.txt"');
    write('a.txt', 'a');
    expect(names()).toEqual(['a.txt', 'main.ncl', 'x.constructor']);
  });

  it('are found in an array of 200,000 items', () => {
    write('main.ncl', `[${'1,'.repeat(200_000)} import "a.txt"]`);
    write('a.txt', 'a');
    expect(names()).toEqual(['a.txt', 'main.ncl']);
  });

  it('end in an error where an expression nests too deeply for the stack', () => {
    write('main.ncl', `1${' + 1'.repeat(100_000)}`);
    expect(refusal()).toBe('undefined:undefined limit: The evaluation nests too deeply.');
  });
});
