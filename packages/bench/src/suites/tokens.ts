import { createHmac, createSecretKey } from 'node:crypto';
import { createKeyring, issueToken, verifyToken } from '@provisioning/auth-token';
import jwt from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { rateOfSync, type Work } from '../compare.js';
import { JWT_SECRET } from '../setting/control-center.js';

const MS = 500;

/** Verifies a token, as both services do at each request. */
export function tokenVerification(): Work {
  const keyring = createKeyring([JWT_SECRET]);
  const { token } = issueToken(
    keyring,
    { userId: uuidv7(), username: 'ada', roles: ['operator'], sessionId: uuidv7() },
    3600,
  );
  const key = createSecretKey(Buffer.from(JWT_SECRET));
  const signed = token.slice(0, token.lastIndexOf('.'));
  const rate = (name: string, act: () => unknown) => ({
    name,
    measure: () => Promise.resolve(rateOfSync(act, MS)),
  });
  return {
    id: 'token-verification',
    title: 'Verify a token',
    unit: 'tokens/s',
    better: 'more',
    contenders: [
      rate('jsonwebtoken with a KeyObject', () => jwt.verify(token, key, { algorithms: ['HS256'] })),
      rate('ours, every claim checked', () => verifyToken(keyring, token)),
      rate('jsonwebtoken with the secret as text', () =>
        jwt.verify(token, JWT_SECRET, { algorithms: ['HS256'] }),
      ),
      rate('the HMAC alone', () => createHmac('sha256', key).update(signed).digest()),
    ],
  };
}
