import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { signedText, type CheckpointKeys, type PublicKey } from '../domain/audit/checkpoint.js';

/** The bytes before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * @param text PEM (PKCS #8), or the 32 bytes of the seed in base64.
 * @throws Error that says what is wrong.
 */
export function readSigningKey(text: string): KeyObject {
  const key = text.includes('BEGIN')
    ? createPrivateKey(text.replaceAll('\\n', '\n'))
    : createPrivateKey({
        key: Buffer.concat([PRIVATE_PREFIX, bytes(text)]),
        format: 'der',
        type: 'pkcs8',
      });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  return key;
}

/**
 * @param text the base64 part of a PEM, or the 32 bytes of the key in base64.
 * @throws Error that says what is wrong.
 */
export function readPublicKey(text: string): KeyObject {
  const der = Buffer.from(text, 'base64');
  const prefixed = der.length === 32 ? Buffer.concat([PUBLIC_PREFIX, der]) : der;
  const key = createPublicKey({ key: prefixed, format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  return key;
}

/** @param former public keys of earlier signing keys. */
export function checkpointKeys(
  signing: KeyObject | undefined,
  former: readonly KeyObject[] = [],
): CheckpointKeys {
  const known = new Map<string, KeyObject>();
  const add = (key: KeyObject) => {
    const id = keyId(key);
    known.set(id, key);
    return id;
  };
  const id = signing && add(createPublicKey(signing));
  former.forEach(add);
  return {
    sign:
      signing &&
      ((checkpoint) => ({
        ...checkpoint,
        keyId: id!,
        signature: sign(null, Buffer.from(signedText(checkpoint)), signing).toString('base64'),
      })),
    isGood: (checkpoint) => {
      const key = known.get(checkpoint.keyId);
      return (
        key &&
        verify(null, Buffer.from(signedText(checkpoint)), key, Buffer.from(checkpoint.signature, 'base64'))
      );
    },
    publicKeys: [...known].map(toPublicKey),
  };
}

function toPublicKey([id, key]: [string, KeyObject]): PublicKey {
  return { id, pem: key.export({ format: 'pem', type: 'spki' }).toString() };
}

function keyId(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

function bytes(text: string): Buffer {
  const seed = Buffer.from(text, 'base64');
  if (seed.length !== 32) throw new Error(`the seed has ${seed.length} bytes instead of 32`);
  return seed;
}
