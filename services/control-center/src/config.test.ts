import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

describe('readConfig', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));
  const read = (environment: Record<string, string> = {}) =>
    readConfig({ DATABASE_URL: 'postgres://db/x', PROVISIONING_DATA_DIR: dataDir, ...environment });
  const production = {
    NODE_ENV: 'production',
    REDIS_URL: 'redis://redis',
    JWT_SECRET: 'j'.repeat(32),
    MFA_ENCRYPTION_KEY: 'm'.repeat(32),
  };

  it('needs only the database, and generates its secrets', () => {
    const { config, secrets } = read();
    expect(config).toMatchObject({
      port: 9080,
      bcryptCost: 12,
      lifetimes: { tokenSeconds: 28_800, sessionSeconds: 86_400 },
      admin: { username: 'admin', email: 'admin@example.com' },
    });
    expect(read().secrets).toEqual(secrets);
    expect(readdirSync(dataDir).sort()).toEqual([
      'audit-signing-key',
      'jwt-secret',
      'mfa-encryption-key',
      'password-pepper',
    ]);
    expect(Object.isFrozen(config) && Object.isFrozen(secrets)).toBe(true);
  });

  it('keeps secrets out of config', () => {
    const { config } = read({ METRICS_TOKEN: 'metrics-secret', ADMIN_PASSWORD: 'admin-secret' });
    expect(JSON.stringify(config)).not.toMatch(/secret/i);
  });

  it('generates nothing in production', () => {
    expect(read(production).secrets).toMatchObject({ passwordPepper: undefined, adminPassword: undefined });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('requires a second factor of admins in production, unless configured otherwise', () => {
    expect(read().config.requireAdminMfa).toBe(false);
    expect(read({ REQUIRE_ADMIN_MFA: 'true' }).config.requireAdminMfa).toBe(true);
    expect(read(production).config.requireAdminMfa).toBe(true);
    expect(() => read({ ...production, MFA_ENCRYPTION_KEY: '' })).toThrow('MFA_ENCRYPTION_KEY is required');
    const without = read({ ...production, MFA_ENCRYPTION_KEY: '', REQUIRE_ADMIN_MFA: 'false' });
    expect(without.config.requireAdminMfa).toBe(false);
    expect(without.secrets.mfaKey).toBeUndefined();
  });

  it('reports every fault at once', () => {
    expect(() =>
      read({ CONTROL_CENTER_PORT: '70000', BCRYPT_COST: '4', PASSWORD_PEPPER: 'short', HOST: '' }),
    ).toThrow(
      /CONTROL_CENTER_PORT must be .*BCRYPT_COST must be a whole number from 10 .*PASSWORD_PEPPER must have at least 32 bytes/,
    );
  });

  it('names the variable that holds no key, without its text', () => {
    const secret = 'not-a-key-but-secret';
    expect(() => read({ AUDIT_SIGNING_KEY: secret })).toThrow(/AUDIT_SIGNING_KEY must be an Ed25519 key/);
    expect(() => read({ AUDIT_SIGNING_KEY: secret })).not.toThrow(new RegExp(secret));
    expect(() => read({ AUDIT_PUBLIC_KEYS: 'x' })).toThrow(/AUDIT_PUBLIC_KEYS/);
  });
});
