import { describe, expect, it } from '@jest/globals';
import { createKeyring } from './keyring.js';
import { deriveApiToken, hashApiToken, isApiToken, isApiTokenIntact, makeApiToken } from './api-token.js';

describe('the text of an API token', () => {
  it('has a prefix to be found by, 30 random characters and a checksum', () => {
    const tokens = Array.from({ length: 200 }, makeApiToken);
    for (const token of tokens) {
      expect(token).toMatch(/^prv_[0-9A-Za-z]{36}$/);
      expect(isApiToken(token)).toBe(true);
      expect(isApiTokenIntact(token)).toBe(true);
    }
    expect(new Set(tokens).size).toBe(200);
  });

  it('has the CRC-32 that others compute, in base 62', () => {
    // CRC-32 of thirty zeros is 0x77e5db82 (python3: zlib.crc32(b"0" * 30)).
    expect(isApiTokenIntact(`prv_${'0'.repeat(30)}2C8GjS`)).toBe(true);
  });

  it('is refused with any one character changed, left out or added', () => {
    const token = makeApiToken();
    for (let place = 4; place < token.length; place += 1) {
      const other = token[place] === 'x' ? 'y' : 'x';
      expect(isApiTokenIntact(token.slice(0, place) + other + token.slice(place + 1))).toBe(false);
      expect(isApiTokenIntact(token.slice(0, place) + token.slice(place + 1))).toBe(false);
    }
    for (const text of [`${token}a`, ` ${token}`, `${token}\n`, token.slice(4), 'prv_', '']) {
      expect(isApiTokenIntact(text)).toBe(false);
    }
  });

  it('is stored as its SHA-256', () => {
    expect(hashApiToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the API token of a request', () => {
  const keyring = createKeyring(['a-secret-of-these-tests-0123456789abcdef']);

  it('is the same for the same request and secret, and another for every other', () => {
    const token = deriveApiToken(keyring, 'request-1');
    expect(isApiTokenIntact(token)).toBe(true);
    expect(deriveApiToken(keyring, 'request-1')).toBe(token);
    expect(deriveApiToken(keyring, 'request-2')).not.toBe(token);
    const others = createKeyring(['another-secret-of-these-tests-0123456789']);
    expect(deriveApiToken(others, 'request-1')).not.toBe(token);
  });

  it('uses every character of the alphabet', () => {
    const texts = Array.from({ length: 300 }, (_, n) => deriveApiToken(keyring, String(n)).slice(4, 34));
    expect(new Set(texts.join('')).size).toBe(62);
  });
});
