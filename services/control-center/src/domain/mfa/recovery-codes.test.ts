import { describe, expect, it } from '@jest/globals';
import { base32 } from './base32.js';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.js';

describe('recovery codes', () => {
  it('are ten of 120 bits each', () => {
    const codes = makeRecoveryCodes();
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([A-Z2-7]{6}-){3}[A-Z2-7]{6}$/);
  });

  it('are recognised in every spelling, and no other text is', () => {
    const [code = ''] = makeRecoveryCodes();
    const hash = hashRecoveryCode(code);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const plain = code.replaceAll('-', '');
    const wide = plain.replaceAll(/./g, (each) => String.fromCodePoint(each.codePointAt(0)! + 0xfee0));
    for (const spelling of [
      code.toLowerCase(),
      plain,
      ` ${code.replaceAll('-', ' ')} \r\n`,
      code.replaceAll('-', '\u2013'),
      wide,
    ])
      expect(hashRecoveryCode(spelling)).toBe(hash);
    for (const none of ['', '123456', code.slice(1), `${code}A`, code.replace(/.$/, '1')])
      expect(hashRecoveryCode(none)).toBeUndefined();
  });

  it.each([
    ['', ''],
    ['fooba', 'MZXW6YTB'],
    ['foobafooba', 'MZXW6YTBMZXW6YTB'],
  ])('are in the base32 of RFC 4648: %j', (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });
});
