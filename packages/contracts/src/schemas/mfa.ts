import Type, { type Static } from 'typebox';
import { closed, listOf, text } from './basics.js';
import { CODE_FORM, mfaCode, password } from './session.js';

export const mfaEnrollRequestSchema = closed(
  { password, mfa_code: Type.Optional(mfaCode) },
  { title: 'MfaEnrollRequest' },
);
export type MfaEnrollRequest = Static<typeof mfaEnrollRequestSchema>;

export const mfaEnrollmentSchema = closed(
  {
    secret: text(128, { description: 'Base32, to be typed in' }),
    otpauth_url: text(1024),
    qr_code: text(65_536, { description: 'The URL as a QR code: an SVG in a data URI' }),
  },
  { title: 'MfaEnrollment' },
);
export type MfaEnrollment = Static<typeof mfaEnrollmentSchema>;

export const mfaConfirmRequestSchema = closed(
  {
    // No least length: it had none when it was promised as six digits. The service refuses an empty one.
    code: text(64, { description: CODE_FORM }),
  },
  { title: 'MfaConfirmRequest' },
);
export type MfaConfirmRequest = Static<typeof mfaConfirmRequestSchema>;

export const mfaReauthenticationSchema = closed(
  { password, mfa_code: Type.Optional(mfaCode) },
  { title: 'MfaReauthentication' },
);
export type MfaReauthentication = Static<typeof mfaReauthenticationSchema>;

export const recoveryCodesSchema = closed(
  { recovery_codes: listOf(text(64), 10, { description: 'Each good once; shown this once' }) },
  { title: 'RecoveryCodes' },
);
export type RecoveryCodes = Static<typeof recoveryCodesSchema>;
