import { createHash, randomBytes } from 'node:crypto';
import { base32 } from './base32.js';
import { canonicalCode } from './code-text.js';

const HOW_MANY = 10;
/** 120 random bits each cannot be guessed, so a plain digest is enough. */
const BYTES = 15;
const FORM = /^[A-Z2-7]{24}$/;

/** `ABCDEF-GHIJKL-MNOPQR-STUVWX` */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () => base32(randomBytes(BYTES)).match(/.{6}/g)!.join('-'));
}

/**
 * Returns the digest that a code is stored as; undefined for a text that is not a code. Case and the characters that
 * {@link canonicalCode} removes are ignored.
 */
export function hashRecoveryCode(text: string): string | undefined {
  const code = canonicalCode(text).toUpperCase();
  return FORM.test(code) ? createHash('sha256').update(code).digest('hex') : undefined;
}
