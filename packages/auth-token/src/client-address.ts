import { isSigned, signText } from './service-token.js';
import type { Keyring } from './keyring.js';

const PURPOSE = 'client-address';
const LIFE_SECONDS = 60;

/**
 * The value of the header with which one service passes on the address of its own client. The signature covers the address
 * and the time, so that no other program can name an address, and a captured value is useless after a minute.
 * @returns `<seconds since the epoch> <key id> <signature> <address>`
 */
export function signClientAddress(keyring: Keyring, address: string, now: Date = new Date()): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const { kid, signature } = signText(keyring, PURPOSE, `${seconds} ${address}`);
  return `${seconds} ${kid} ${signature} ${address}`;
}

/** @returns the address, or undefined unless {@link signClientAddress} made `value` within the last minute */
export function readClientAddress(
  keyring: Keyring,
  value: string,
  now: Date = new Date(),
): string | undefined {
  const [, seconds = '', kid = '', signature = '', address = ''] =
    /^(\d{1,12}) (\S{1,64}) ([0-9a-f]{64}) (\S{1,64})$/.exec(value) ?? [];
  const age = Math.abs(now.getTime() / 1000 - Number(seconds));
  if (address === '' || age > LIFE_SECONDS) return undefined;
  return isSigned(keyring, PURPOSE, `${seconds} ${address}`, { kid, signature }) ? address : undefined;
}
