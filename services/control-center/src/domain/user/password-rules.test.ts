import { describe, expect, it } from '@jest/globals';
import { commonPasswords } from '../../credentials/common-passwords.js';
import { passwordFault } from './password-rules.js';

const fault = (password: string, username = 'alice') => passwordFault(password, username, commonPasswords);

describe('passwordFault', () => {
  it.each([
    'secure_password',
    'correct horse battery staple',
    'x7Kq2mVw9pLt',
    'ünïcödé-is-fine',
    'alice-went-to-sea',
    '🔑'.repeat(6) + '🐴'.repeat(6),
    '7391846205174926',
  ])('accepts %s', (password) => {
    expect(fault(password)).toBeUndefined();
  });

  it('counts characters, not bytes, for the minimum', () => {
    expect(fault('🔑🐴🔋📎🔑🐴🔋📎🔑🐴🔋')).toMatch(/at least 12 characters/);
  });

  it('counts bytes for the maximum', () => {
    expect(fault('ab'.repeat(512))).toBeUndefined();
    expect(fault('é1'.repeat(342))).toBe('must have at most 1024 bytes');
    // Counted in the form that is hashed.
    expect(fault('é1'.repeat(341).normalize('NFD'))).toBeUndefined();
  });

  it.each([
    'Password1234',
    'passwordpassword',
    '!!!dragon123456',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    'changemechangeme',
  ])('refuses %s as common', (password) => {
    expect(fault(password)).toMatch(/too common/);
  });

  it.each(['alice-1234567', '123456-Alice!', 'alicealicealice'])(
    'refuses %s for the user alice',
    (password) => {
      expect(fault(password)).toMatch(/username/);
    },
  );

  it('refuses the name of the product and a repeated character', () => {
    expect(fault('Provisioning1')).toMatch(/name of this product/);
    expect(fault('zzzzzzzzzzzzzzz')).toBeDefined();
    expect(fault('............')).toMatch(/one character/);
  });
});
