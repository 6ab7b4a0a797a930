import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isFailure } from '@provisioning/errors';
import { integer, port, readEnvironment, str, urlOf } from './environment.js';

const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const specification = {
  PORT: port({ default: 9090 }),
  LIMIT: integer({ min: 0, max: 10 })({ default: 5 }),
  NAME: str(),
  URL: urlOf('redis:')({ default: undefined }),
};

function refusal(environment: Record<string, string>): string {
  try {
    readEnvironment(environment, specification);
  } catch (error) {
    if (isFailure(error)) return error.message;
    throw error;
  }
  return 'none';
}

function toml(text: string): string {
  const path = join(folder, 'config.toml');
  writeFileSync(path, text);
  return path;
}

describe('configuration', () => {
  it('prefers the environment, then the file, then the default, and treats an empty value as absent', () => {
    const PROVISIONING_CONFIG = toml(
      'port = 1\nlimit = 2\nname = "of the file"\n[webhooks]\nenabled = true\n',
    );
    expect(readEnvironment({ PROVISIONING_CONFIG, LIMIT: '3', NAME: '' }, specification)).toMatchObject({
      PORT: 1,
      LIMIT: 3,
      NAME: 'of the file',
    });
  });

  it('reports every fault at once', () => {
    const message = refusal({ PORT: '70000', LIMIT: '5.5', URL: 'http://x' });
    expect(message).toMatch(/PORT must be a whole number from 0 to 65535/);
    expect(message).toMatch(/LIMIT must be a whole number from 0 to 10/);
    expect(message).toMatch(/NAME is required/);
    expect(message).toMatch(/URL must be a URL that starts with redis:/);
  });

  it('never shows the content of a URL', () => {
    expect(refusal({ NAME: 'x', URL: 'postgres://user:pa55word@db' })).not.toContain('pa55word');
  });

  it('reads a value from the file in NAME_FILE, without the final line break', () => {
    const secret = join(folder, 'name');
    writeFileSync(secret, 'two\nlines\n');
    expect(readEnvironment({ NAME_FILE: secret }, specification)).toMatchObject({ NAME: 'two\nlines' });
    // The environment has precedence over the file of settings, in every form.
    const PROVISIONING_CONFIG = toml('name = "of the settings"\n');
    expect(readEnvironment({ PROVISIONING_CONFIG, NAME_FILE: secret }, specification)).toMatchObject({
      NAME: 'two\nlines',
    });
    expect(refusal({ NAME: 'x', NAME_FILE: secret })).toMatch(/NAME_FILE must not be set together with NAME/);
    expect(refusal({ NAME_FILE: join(folder, 'nowhere') })).toBe(
      `The configuration is wrong: NAME_FILE must name a file that this process can read, and ${join(folder, 'nowhere')} is not one (ENOENT).`,
    );
    writeFileSync(secret, '\n');
    expect(refusal({ NAME_FILE: secret })).toMatch(
      /NAME_FILE must name a file that contains the value, but .* is empty/,
    );
  });

  it('reads renamed variables under their old names too, and refuses both at once', () => {
    const renamed = { WATCHDOG_SECONDS: integer({ min: 1, max: 60 })({ default: 4 }) };
    const read = (environment: Record<string, string>) =>
      readEnvironment(environment, renamed).WATCHDOG_SECONDS;
    expect(read({ WATCHDOG_SECONDS: '5' })).toBe(5);
    expect(read({ SHIM_SECONDS: '5' })).toBe(5);
    expect(read({ SHIM_SECONDS: '5', WATCHDOG_SECONDS: '' })).toBe(5);
    expect(read({ PROVISIONING_CONFIG: toml('shim_seconds = 7\n') })).toBe(7);
    expect(() => read({ SHIM_SECONDS: 'x' })).toThrow('SHIM_SECONDS must be a whole number from 1 to 60');
    expect(() => read({ SHIM_SECONDS: '5', WATCHDOG_SECONDS: '5' })).toThrow(
      'SHIM_SECONDS must not be set together with WATCHDOG_SECONDS, its present name: remove SHIM_SECONDS.',
    );
  });

  it('names line and column of broken TOML, and a file that does not exist', () => {
    const PROVISIONING_CONFIG = toml('port = 1\nlimit == 2\n');
    expect(refusal({ NAME: 'x', PROVISIONING_CONFIG })).toBe(
      `The configuration is wrong: PROVISIONING_CONFIG must name a valid TOML file, and ${PROVISIONING_CONFIG}:2:8 is not valid, in the line "limit == 2". The value is missing or not valid. A text must be in quotes.`,
    );
    expect(refusal({ NAME: 'x', PROVISIONING_CONFIG: join(folder, 'nothing.toml') })).toMatch(
      /PROVISIONING_CONFIG must name a file that this process can read, and .* is not one \(ENOENT\)/,
    );
  });
});
