import type { CommonPasswords } from './common-passwords.js';
import { canonicalPassword } from './password-text.js';

const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD_BYTES = 1024;

/** Passwords that guess what they protect. */
const OUR_NAMES = new Set([
  'provisioning',
  'orchestrator',
  'controlcenter',
  'control-center',
  'control center',
]);

/**
 * What is wrong with a new password, to be said after its name (“must have …”); undefined when nothing is. There are no
 * rules about what characters it is made of: they make people choose worse ones.
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
    if (candidate === username) return 'must not be the username, with or without digits and signs around it';
    if (OUR_NAMES.has(candidate)) return 'must not be the name of this product';
    if (common.has(candidate)) {
      return 'is too common: it is, or is made from, one of the passwords that everybody tries first';
    }
  }
  if (new Set(essence).size === 1) return 'must not be one character, repeated';
  return undefined;
}

const SIGNS_AROUND = /^[^\p{L}]+|[^\p{L}]+$/gu;
const REPEATED = /^(.+?)\1+$/su;
/** The search for a repetition takes quadratic time; longer ones are no longer guessed. */
const LONGEST_SEARCHED = 128;

/** What is left of `Password1234!` and `passwordpassword`: the word that they are made from. */
function essenceOf(password: string): string {
  const lower = password.toLowerCase();
  const word = lower.replace(SIGNS_AROUND, '') || lower;
  if (word.length > LONGEST_SEARCHED) return word;
  return REPEATED.exec(word)?.[1] ?? word;
}
