import { operationsUnder } from '../operation.js';
import { sentence } from '../schemas/basics.js';
import {
  mfaConfirmRequestSchema,
  mfaReauthenticationSchema,
  mfaEnrollmentSchema,
  mfaEnrollRequestSchema,
  recoveryCodesSchema,
} from '../schemas/mfa.js';

const define = operationsUnder('control-center', 'Authentication');

/** `POST /auth/mfa/enroll` */
export const enrollMfa = define({
  id: 'enrollMfa',
  method: 'post',
  path: '/auth/mfa/enroll',
  summary: 'Start MFA enrollment (TOTP)',
  description:
    'Requires the password, and a code if MFA is already enabled. Nothing changes until the enrollment is confirmed with a code.',
  permission: 'self',
  forMfaEnrollment: true,
  body: mfaEnrollRequestSchema,
  success: { status: 200, data: mfaEnrollmentSchema },
  errors: [409],
  addition: true,
});

/** `POST /auth/mfa/confirm` */
export const confirmMfa = define({
  id: 'confirmMfa',
  method: 'post',
  path: '/auth/mfa/confirm',
  summary: 'Confirm MFA enrollment with a first code',
  description:
    'Only the session that started the enrollment can confirm it. Returns the recovery codes and ends all your other sessions.',
  permission: 'self',
  forMfaEnrollment: true,
  body: mfaConfirmRequestSchema,
  success: { status: 200, data: recoveryCodesSchema },
  errors: [409],
  addition: true,
});

/** `POST /auth/mfa/disable` */
export const disableMfa = define({
  id: 'disableMfa',
  method: 'post',
  path: '/auth/mfa/disable',
  summary: 'Disable MFA',
  permission: 'self',
  body: mfaReauthenticationSchema,
  success: { status: 200, data: sentence, example: 'MFA disabled' },
  errors: [409],
  addition: true,
});

/** `POST /auth/mfa/recovery-codes` */
export const renewRecoveryCodes = define({
  id: 'renewRecoveryCodes',
  method: 'post',
  path: '/auth/mfa/recovery-codes',
  summary: 'Generate new recovery codes',
  description: 'The previous codes are invalidated. Sessions are kept.',
  permission: 'self',
  body: mfaReauthenticationSchema,
  success: { status: 200, data: recoveryCodesSchema },
  errors: [409],
  addition: true,
});
