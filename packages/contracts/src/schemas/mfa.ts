import Type, { type Static } from 'typebox';
import { closed, listOf, text } from './basics.js';
import { CODE_FORM, mfaCode, password } from './session.js';

/** Body of `POST /auth/mfa/enroll`. */
export const mfaEnrollRequestSchema = closed(
  { password, mfa_code: Type.Optional(mfaCode) },
  { title: 'MfaEnrollRequest' },
);
/** A value of {@link mfaEnrollRequestSchema}. */
export type MfaEnrollRequest = Static<typeof mfaEnrollRequestSchema>;

/** Response of `POST /auth/mfa/enroll`. */
export const mfaEnrollmentSchema = closed(
  {
    secret: text(128, { description: 'Base32, for manual entry' }),
    otpauth_url: text(1024),
    qr_code: text(65_536, { description: 'The URL as a QR code: an SVG image in a data URI' }),
  },
  { title: 'MfaEnrollment' },
);
/** A value of {@link mfaEnrollmentSchema}. */
export type MfaEnrollment = Static<typeof mfaEnrollmentSchema>;

/** Body of `POST /auth/mfa/confirm`. */
export const mfaConfirmRequestSchema = closed(
  {
    // No minimum length, for compatibility: the field had none when codes were six digits. The service rejects an empty code.
    code: text(64, { description: CODE_FORM }),
  },
  { title: 'MfaConfirmRequest' },
);
/** A value of {@link mfaConfirmRequestSchema}. */
export type MfaConfirmRequest = Static<typeof mfaConfirmRequestSchema>;

/** Body of `POST /auth/mfa/disable` and `POST /auth/mfa/recovery-codes`. */
export const mfaReauthenticationSchema = closed(
  { password, mfa_code: Type.Optional(mfaCode) },
  { title: 'MfaReauthentication' },
);
/** A value of {@link mfaReauthenticationSchema}. */
export type MfaReauthentication = Static<typeof mfaReauthenticationSchema>;

/** Response of `POST /auth/mfa/confirm` and `POST /auth/mfa/recovery-codes`. */
export const recoveryCodesSchema = closed(
  {
    recovery_codes: listOf(text(64), 10, {
      description: 'Each code can be used once. They are shown only in this response',
    }),
  },
  { title: 'RecoveryCodes' },
);
/** A value of {@link recoveryCodesSchema}. */
export type RecoveryCodes = Static<typeof recoveryCodesSchema>;
