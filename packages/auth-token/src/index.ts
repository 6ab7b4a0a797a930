export {
  API_TOKEN_PREFIX,
  deriveApiToken,
  hashApiToken,
  isApiToken,
  isApiTokenIntact,
  makeApiToken,
} from './api-token.js';
export { readClientAddress, signClientAddress } from './client-address.js';
export { createKeyring, MINIMUM_SECRET_BYTES, type Keyring } from './keyring.js';
export { issueServiceToken, isSigned, signText, verifyServiceToken } from './service-token.js';
export {
  RevocationSet,
  issuedAtMilliseconds,
  type KnownApiToken,
  type RevocationEntry,
} from './revocations.js';
export { TokenFault, tokenFaultOf, type TokenFaultReason } from './token-fault.js';
export {
  enrollmentRequired,
  issueToken,
  verifyToken,
  AUDIENCE,
  ISSUER,
  LONGEST_TOKEN_LIFE_SECONDS,
  type Claims,
  type IssuedToken,
  type TokenScope,
  type TokenSubject,
} from './token.js';
