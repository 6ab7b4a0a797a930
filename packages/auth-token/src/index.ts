export { createKeyring, MINIMUM_SECRET_BYTES, type Keyring } from './keyring.js';
export {
  issueToken,
  verifyToken,
  AUDIENCE,
  ISSUER,
  type Claims,
  type IssuedToken,
  type TokenSubject,
} from './token.js';
