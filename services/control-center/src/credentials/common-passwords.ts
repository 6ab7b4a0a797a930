import { dictionary } from '@zxcvbn-ts/language-common';
import type { CommonPasswords } from '../domain/user/common-passwords.js';

/** About 50,000 passwords from published leaks. */
export const commonPasswords: CommonPasswords = new Set(dictionary['passwords-common']);
