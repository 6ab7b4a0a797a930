import type { CommonPasswords } from './common-passwords.js';
import { canonicalPassword } from './password-text.js';

const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD_BYTES = 1024;

/** Names of this product, which are guessed first. */
const OUR_NAMES = new Set([
  'provisioning',
  'orchestrator',
  'controlcenter',
  'control-center',
  'control center',
]);

/**
 * Returns what is wrong with a new password, to follow its name (“must have …”); undefined for a good one. There are no
 * rules about kinds of characters: they lead to weaker passwords (NIST SP 800-63B).
 * @param username in its canonical form.
 */
export function passwordFault(text: string, username: string, common: CommonPasswords): string | undefined {
  const password = canonicalPassword(text);
  if (Buffer.byteLength(password) > LONGEST_PASSWORD_BYTES) {
    return `must have at most ${LONGEST_PASSWORD_BYTES} bytes`;
  }
  if ([...password].length < SHORTEST_PASSWORD) return `must have at least ${SHORTEST_PASSWORD} characters`;
  const essence = essenceOf(password);
  for (const candidate of [password.toLowerCase(), essence]) {
    if (candidate === username)
      return 'must not be the username, with or without digits and punctuation around it';
    if (OUR_NAMES.has(candidate)) return 'must not be the name of this product';
    if (common.has(candidate)) {
      return 'is too common: it must not be, or be made from, a password of the published lists';
    }
  }
  if (new Set(essence).size === 1) return 'must not be one character repeated';
  return undefined;
}

const SIGNS_AROUND = /^[^\p{L}]+|[^\p{L}]+$/gu;
const REPEATED = /^(.+?)\1+$/su;
/** The search for a repetition takes quadratic time; longer passwords are not guessed anyway. */
const LONGEST_SEARCHED = 128;

/** Returns the word that `Password1234!` and `passwordpassword` are made from. */
function essenceOf(password: string): string {
  const lower = password.toLowerCase();
  const word = lower.replace(SIGNS_AROUND, '') || lower;
  if (word.length > LONGEST_SEARCHED) return word;
  return REPEATED.exec(word)?.[1] ?? word;
}
