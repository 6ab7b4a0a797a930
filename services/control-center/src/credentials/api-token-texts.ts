import { hashApiToken, isApiTokenIntact, makeApiToken } from '@provisioning/auth-token';
import type { ApiTokenTexts } from '../domain/ports.js';

/** API tokens as both services know them. */
export const apiTokenTexts: ApiTokenTexts = {
  make: makeApiToken,
  isIntact: isApiTokenIntact,
  hash: hashApiToken,
};
