export { createKeyring, MINIMUM_SECRET_BYTES, type Keyring } from './keyring.js';
export { issueServiceToken, isSigned, signText, verifyServiceToken } from './service-token.js';
export {
  issueToken,
  verifyToken,
  AUDIENCE,
  ISSUER,
  type Claims,
  type IssuedToken,
  type TokenSubject,
} from './token.js';
