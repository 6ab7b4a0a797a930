import { ipKeyGenerator } from 'express-rate-limit';

/** What counts as one client: an IPv4 address, or the /56 that one subscriber of IPv6 is given at least. */
export function clientNetwork(ip: string): string {
  return ipKeyGenerator(ip === '' ? 'unknown' : ip, 56);
}
