import { randomBytes } from 'node:crypto';
import qrcode from 'qrcode';
import speakeasy from 'speakeasy';
import { base32 } from '../domain/mfa/base32.js';
import type { Totp } from '../domain/mfa/totp.js';

const ISSUER = 'Provisioning';
const STEP_SECONDS = 30;
const SECRET_BYTES = 20;
const SECRET_FORM = /^[A-Z2-7]{32}$/;
const CODE_FORM = /^\d{6}$/;
/** A number: given a text, speakeasy would accept ten steps ahead. */
const WINDOW = 1;

/**
 * TOTP (RFC 6238: SHA-1, six digits, 30 s) by speakeasy, with the checks that it lacks: without a secret it accepts the
 * code of the empty key, and it reads codes with parseInt. Secrets are generated here, since its own are not uniformly
 * random.
 */
export const totp: Totp = {
  newSecret: () => base32(randomBytes(SECRET_BYTES)),

  matchedStep(secret: unknown, code: unknown, at) {
    if (typeof secret !== 'string' || !SECRET_FORM.test(secret))
      throw new Error('the stored secret of a second factor is malformed');
    if (typeof code !== 'string' || !CODE_FORM.test(code)) return undefined;
    const seconds = Math.floor(at.getTime() / 1000);
    const matched = speakeasy.totp.verifyDelta({
      secret,
      encoding: 'base32',
      token: code,
      algorithm: 'sha1',
      digits: 6,
      step: STEP_SECONDS,
      window: WINDOW,
      time: seconds,
    });
    return matched && Math.floor(seconds / STEP_SECONDS) + matched.delta;
  },

  url(secret, username) {
    const label = `${ISSUER}:${encodeURIComponent(username)}`;
    const parameters = new URLSearchParams({
      secret,
      issuer: ISSUER,
      algorithm: 'SHA1',
      digits: '6',
      period: String(STEP_SECONDS),
    });
    return `otpauth://totp/${label}?${parameters.toString()}`;
  },

  async qrCode(url) {
    const svg = await qrcode.toString(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
    return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  },
};
