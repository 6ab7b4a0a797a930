import { issueToken, verifyToken, type Keyring } from '@provisioning/auth-token';
import type { Tokens } from '../domain/session/tokens.js';

/** Access tokens, as both services read them. */
export function jwtTokens(keyring: Keyring): Tokens {
  return {
    issue: (subject, lifetimeSeconds, now) => issueToken(keyring, subject, lifetimeSeconds, now),
    verify: (token, now, accepted) => verifyToken(keyring, token, now, accepted),
  };
}
