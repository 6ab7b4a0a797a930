import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generatedSecret } from './generated-secret.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a generated secret', () => {
  it('is generated once, readable by its owner only, and read again', () => {
    const first = generatedSecret(join(folder, 'new'), 'jwt-secret');
    const again = generatedSecret(join(folder, 'new'), 'jwt-secret');
    expect(first.created).toBe(true);
    expect(again).toEqual({ value: first.value, created: false });
    expect(first.value.length).toBeGreaterThanOrEqual(43);
    expect(statSync(join(folder, 'new', 'jwt-secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'new'))).toEqual(['jwt-secret']);
  });

  it('is that of another process if that was faster', () => {
    const mine = generatedSecret(folder, 'x', () => {
      writeFileSync(join(folder, 'x'), 'theirs\n');
      return 'mine';
    });
    expect(mine).toEqual({ value: 'theirs', created: false });
    expect(readdirSync(folder)).toEqual(['x']);
  });

  it('reports in a sentence that the folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => generatedSecret(join(folder, 'file', 'sub'), 'x')).toThrow(
      /cannot hold the generated secret “x”.*PROVISIONING_DATA_DIR/,
    );
  });
});
