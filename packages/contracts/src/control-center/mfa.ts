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

export const enrollMfa = define({
  id: 'enrollMfa',
  method: 'post',
  path: '/auth/mfa/enroll',
  summary: 'Begin to set up a second factor (TOTP)',
  description:
    'Asks for the password once more, and for a code where a second factor is on already. Nothing changes until a code confirms it.',
  permission: 'self',
  forMfaEnrollment: true,
  body: mfaEnrollRequestSchema,
  success: { status: 200, data: mfaEnrollmentSchema },
  errors: [409],
  addition: true,
});

export const confirmMfa = define({
  id: 'confirmMfa',
  method: 'post',
  path: '/auth/mfa/confirm',
  summary: 'Turn the second factor on with a first code',
  description:
    'Only the session that began it can confirm it. Answers with the recovery codes and ends all of your other sessions.',
  permission: 'self',
  forMfaEnrollment: true,
  body: mfaConfirmRequestSchema,
  success: { status: 200, data: recoveryCodesSchema },
  errors: [409],
  addition: true,
});

export const disableMfa = define({
  id: 'disableMfa',
  method: 'post',
  path: '/auth/mfa/disable',
  summary: 'Turn the second factor off',
  permission: 'self',
  body: mfaReauthenticationSchema,
  success: { status: 200, data: sentence, example: 'MFA disabled' },
  errors: [409],
  addition: true,
});

export const renewRecoveryCodes = define({
  id: 'renewRecoveryCodes',
  method: 'post',
  path: '/auth/mfa/recovery-codes',
  summary: 'Make new recovery codes',
  description: 'The old ones are good no more; sessions stay.',
  permission: 'self',
  body: mfaReauthenticationSchema,
  success: { status: 200, data: recoveryCodesSchema },
  errors: [409],
  addition: true,
});
