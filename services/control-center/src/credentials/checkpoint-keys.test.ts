import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkpointKeys, readPublicKey, readSigningKey } from './checkpoint-keys.js';

const checkpoint = { seq: 7, hash: 'a'.repeat(64), at: '2026-01-01T00:00:00.000Z' };

describe('the keys of checkpoints', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  it.each([
    ['PEM', pem],
    ['PEM on one line', pem.replaceAll('\n', '\\n')],
    [
      'a seed in base64',
      privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32).toString('base64'),
    ],
  ])('are read from %s', (_what, text) => {
    const signed = checkpointKeys(readSigningKey(text)).sign!(checkpoint);
    expect(checkpointKeys(privateKey).isGood(signed)).toBe(true);
    expect(checkpointKeys(privateKey).isGood({ ...signed, seq: 8 })).toBe(false);
  });

  it('are identified by their public keys', () => {
    const { pem: served } = checkpointKeys(privateKey).publicKeys[0]!;
    const former = readPublicKey(served.split('\n')[1]!);
    const signed = checkpointKeys(privateKey).sign!(checkpoint);
    expect(checkpointKeys(undefined, [former]).isGood(signed)).toBe(true);
    expect(checkpointKeys(undefined).isGood(signed)).toBeUndefined();
    expect(checkpointKeys(undefined).sign).toBeUndefined();
  });

  it.each([
    ['a seed that is too short', 'c2hvcnQ='],
    [
      'another kind of key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ format: 'pem', type: 'pkcs8' })
        .toString(),
    ],
    ['no key at all', '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----'],
  ])('are not %s', (_what, text) => {
    expect(() => readSigningKey(text)).toThrow();
  });
});
