import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCommonConfig } from './common-variables.js';

describe('readCommonConfig', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'common-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const read = (environment: Record<string, string>) =>
    readCommonConfig({ DATABASE_URL: 'postgres://db/x', PROVISIONING_DATA_DIR: dataDir, ...environment });

  it('has defaults for everything except the database', () => {
    const config = read({});
    expect(config).toMatchObject({
      production: false,
      host: '127.0.0.1',
      redisUrl: undefined,
      rateLimits: { auth: 5, general: 100, batch: 10 },
      trustProxy: 0,
      allowedOrigins: [],
      logLevel: 'info',
    });
  });

  it('generates a token secret once, in a file that only its owner can read', () => {
    const [first] = read({}).jwtSecrets;
    expect(read({}).jwtSecrets).toEqual([first]);
    expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
    expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });

  it('accepts the previous token secret after the current one', () => {
    const [current, previous] = ['c'.repeat(32), 'p'.repeat(32)];
    expect(read({ JWT_SECRET: current, JWT_SECRET_PREVIOUS: previous }).jwtSecrets).toEqual([
      current,
      previous,
    ]);
  });

  it('lists all faults in one sentence, without the secret', () => {
    const environment = {
      DATABASE_URL: '',
      JWT_SECRET: 'tiny-secret',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'true',
      ALLOWED_ORIGINS: 'https://a.example/x',
    };
    expect(() => read(environment)).toThrow(
      /^The configuration is wrong: DATABASE_URL is required: .*LOG_LEVEL must be one of .*JWT_SECRET must have at least 32 bytes, not 11: .*TRUST_PROXY must be a whole number .*ALLOWED_ORIGINS must list origins .*\.$/,
    );
    expect(() => read(environment)).not.toThrow(/tiny-secret/);
  });

  it('generates nothing in production', () => {
    expect(() => read({ NODE_ENV: 'production' })).toThrow(
      /REDIS_URL is required: .*JWT_SECRET is required: /,
    );
  });
});
