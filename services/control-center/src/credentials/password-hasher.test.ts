import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { BcryptHasher } from './password-hasher.js';

const PEPPER = 'p'.repeat(32);
const hasher = (pepper?: string) => new BcryptHasher({ cost: 4, pepper });

describe('BcryptHasher', () => {
  it('distinguishes passwords whose first 72 bytes are equal', async () => {
    const [left, right] = ['a'.repeat(72) + 'left', 'a'.repeat(72) + 'right'];
    const stored = await hasher(PEPPER).hash(left);
    expect(await hasher(PEPPER).matches(left, stored)).toBe(true);
    expect(await hasher(PEPPER).matches(right, stored)).toBe(false);
  });

  it('distinguishes passwords that differ after a NUL', async () => {
    const stored = await hasher(PEPPER).hash('before\0left');
    expect(await hasher(PEPPER).matches('before\0right', stored)).toBe(false);
  });

  it('treats composed and decomposed characters as the same password', async () => {
    const [nfc, nfd] = ['Zürich läßt\u00a0grüßen'.normalize('NFC'), 'Zürich läßt grüßen'.normalize('NFD')];
    expect(nfc).not.toBe(nfd);
    for (const [set, typed] of [
      [nfc, nfd],
      [nfd, nfc],
    ] as const) {
      expect(await hasher(PEPPER).matches(typed, await hasher(PEPPER).hash(set))).toBe(true);
    }
    for (const other of [nfc.toUpperCase(), nfc.normalize('NFKD').replaceAll(/\p{M}/gu, ''), `${nfc} `]) {
      expect(await hasher(PEPPER).matches(other, await hasher(PEPPER).hash(nfc))).toBe(false);
    }
  });

  it('verifies hashes made before passwords were normalized', async () => {
    const typed = 'Zürich läßt grüßen'.normalize('NFD');
    const raw = createHmac('sha256', PEPPER).update(typed, 'utf8').digest('base64');
    const stored = `${hasher(PEPPER).pepperName}:${await bcrypt.hash(raw, 4)}`;
    expect(await hasher(PEPPER).matches(typed, stored)).toBe(true);
    expect(await hasher(PEPPER).matches(typed.normalize('NFC'), stored)).toBe(false);
  });

  it('requires the pepper that the hash was made with', async () => {
    const stored = await hasher(PEPPER).hash('secret password');
    expect(await hasher('q'.repeat(32)).matches('secret password', stored)).toBe(false);
    expect(await hasher().matches('secret password', stored)).toBe(false);
  });

  it('verifies hashes made before there was a pepper', async () => {
    const stored = await hasher().hash('secret password');
    expect(await hasher(PEPPER).matches('secret password', stored)).toBe(true);
  });

  it('matches no password without a hash, or with an invalid one', async () => {
    const own = hasher(PEPPER);
    for (const stored of [undefined, '', 'dummy', `${own.pepperName}:dummy`]) {
      expect(await own.matches('nobody', stored)).toBe(false);
    }
  });

  it('runs two at a time, queues 32, and refuses the others', async () => {
    const own = hasher(PEPPER);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => own.matches('wrong', undefined)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(40 - 2 - 32);
    expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable', retryAfter: 5 } });
    expect(await own.matches('wrong', undefined)).toBe(false);
  });
});
