import { createHash, randomBytes } from 'node:crypto';
import { base32 } from './base32.js';
import { canonicalCode } from './code-text.js';

const HOW_MANY = 10;
/** 120 bits each: nobody guesses one, so a plain digest of it will do. */
const BYTES = 15;
const FORM = /^[A-Z2-7]{24}$/;

/** `ABCDEF-GHIJKL-MNOPQR-STUVWX` */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () => base32(randomBytes(BYTES)).match(/.{6}/g)!.join('-'));
}

/** How a code is stored; undefined for a text that is none. Case does not count, nor what {@link canonicalCode} removes. */
export function hashRecoveryCode(text: string): string | undefined {
  const code = canonicalCode(text).toUpperCase();
  return FORM.test(code) ? createHash('sha256').update(code).digest('hex') : undefined;
}
