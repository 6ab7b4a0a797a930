import {
  deriveApiToken,
  hashApiToken,
  isApiTokenIntact,
  makeApiToken,
  type Keyring,
} from '@provisioning/auth-token';
import type { ApiTokenTexts } from '../domain/token/api-token-texts.js';

/** The texts of API tokens, as both services read them. */
export function apiTokenTexts(keyring: Keyring): ApiTokenTexts {
  return {
    make: makeApiToken,
    makeFor: ({ principal, key, requestHash }) =>
      deriveApiToken(keyring, hashApiToken(JSON.stringify([principal, key, requestHash]))),
    isIntact: isApiTokenIntact,
    hash: hashApiToken,
  };
}
