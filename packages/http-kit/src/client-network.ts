import { ipKeyGenerator } from 'express-rate-limit';

/**
 * Returns what is counted as one client: an IPv4 address, or the /56 that an IPv6 subscriber has at least.
 */
export function clientNetwork(ip: string): string {
  return ipKeyGenerator(ip === '' ? 'unknown' : ip, 56);
}
