import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { base32 } from '../domain/mfa/base32.js';
import { totp } from './totp.js';

/** Of RFC 6238, appendix B: the key “12345678901234567890”. */
const RFC_SECRET = base32(Buffer.from('12345678901234567890'));
const at = (seconds: number) => new Date(seconds * 1000);

/** RFC 4226, written from the text of the RFC. */
function codeOf(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

describe('time-based codes', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ])('are those of RFC 6238 at %d', (seconds, code) => {
    expect(totp.matchedStep(RFC_SECRET, code, at(seconds))).toBe(Math.floor(seconds / 30));
    expect(codeOf(Buffer.from('12345678901234567890'), Math.floor(seconds / 30))).toBe(code);
  });

  it('are accepted for the steps before and after, and no other; the matching step is returned', () => {
    const key = Buffer.from('12345678901234567890');
    const now = 1_700_000_010;
    const step = Math.floor(now / 30);
    const taken = [-20, -2, -1, 0, 1, 2, 3, 10, 20].map((off) =>
      totp.matchedStep(RFC_SECRET, codeOf(key, step + off), at(now)),
    );
    const no = undefined;
    expect(taken).toEqual([no, no, step - 1, step, step + 1, no, no, no, no]);
  });

  it('are texts of six digits, and nothing that parseInt would convert', () => {
    const step = Array.from({ length: 100_000 }, (_, index) => index).find((candidate) =>
      codeOf(Buffer.from('12345678901234567890'), candidate).startsWith('000'),
    )!;
    const code = codeOf(Buffer.from('12345678901234567890'), step);
    const short = String(Number(code));
    expect(totp.matchedStep(RFC_SECRET, code, at(step * 30))).toBe(step);
    const spellings: unknown[] = [
      `${short}abc`,
      `${short}.00`,
      `  ${short} `,
      `${short}e99`,
      short,
      ` ${code}`,
      `${code} `,
      `${code}\n`,
      [code],
      Number(code),
      null,
      undefined,
      '',
      '١٢٣٤٥٦',
      { toString: () => code },
    ];
    for (const spelling of spellings) {
      expect(totp.matchedStep(RFC_SECRET, spelling as string, at(step * 30))).toBeUndefined();
    }
  });

  it('are never accepted without a secret, for another secret or for the empty key', () => {
    const now = 1_700_000_010;
    const ofEmptyKey = codeOf(Buffer.alloc(0), Math.floor(now / 30));
    for (const secret of [
      undefined,
      null,
      '',
      'A',
      RFC_SECRET.slice(1),
      RFC_SECRET.toLowerCase(),
      `${RFC_SECRET}A`,
    ]) {
      expect(() => totp.matchedStep(secret as string, ofEmptyKey, at(now))).toThrow('is malformed');
    }
  });

  it('are made from 160 random bits in base32, in which every letter is equally frequent', () => {
    const secrets = Array.from({ length: 4000 }, () => totp.newSecret());
    expect(secrets.every((secret) => /^[A-Z2-7]{32}$/.test(secret))).toBe(true);
    const counts = new Map<string, number>();
    for (const letter of secrets.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    // 4,000 expected of each, with a deviation of 62: seven of them.
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(Math.abs(count - 4000)).toBeLessThan(440);
  });

  it('name their issuer, and are drawn as a picture within this process', async () => {
    const url = totp.url(RFC_SECRET, 'ada@example.com');
    expect(url).toBe(
      `otpauth://totp/Provisioning:ada%40example.com?secret=${RFC_SECRET}&issuer=Provisioning&algorithm=SHA1&digits=6&period=30`,
    );
    const picture = await totp.qrCode(url);
    expect(picture).toMatch(/^data:image\/svg\+xml;base64,/);
    const svg = Buffer.from(picture.split(',')[1]!, 'base64').toString();
    expect(svg).toMatch(/^<svg /);
    expect(svg).not.toMatch(/<script|href/);
  });
});
