import { describe, expect, it } from '@jest/globals';
import { readClientAddress, signClientAddress } from './client-address.js';
import { createKeyring } from './keyring.js';

const keyring = createKeyring(['a-secret-of-these-tests-0123456789-abcdef']);
const other = createKeyring(['another-secret-of-these-tests-0123456789']);
const now = new Date('2026-01-01T00:00:00Z');

describe('a signed client address', () => {
  it.each(['192.0.2.7', '2001:db8::7'])('is read back: %s', (address) => {
    expect(readClientAddress(keyring, signClientAddress(keyring, address, now), now)).toBe(address);
  });

  it.each([
    ['signed with another secret', signClientAddress(other, '192.0.2.7', now)],
    ['with another address', signClientAddress(keyring, '192.0.2.7', now).replace('192.0.2.7', '192.0.2.8')],
    ['older than a minute', signClientAddress(keyring, '192.0.2.7', new Date(now.getTime() - 61_000))],
    ['not signed', '192.0.2.7'],
    ['empty', ''],
  ])('is ignored when it is %s', (_what, value) => {
    expect(readClientAddress(keyring, value, now)).toBeUndefined();
  });
});
