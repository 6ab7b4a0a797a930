import { createHash } from 'node:crypto';

// The three networks that RFC 5737 reserves for documentation: packets to them are never delivered.
const NETWORKS = ['192.0.2', '198.51.100', '203.0.113'];

/** An address that looks real and leads nowhere. A name always has the same one; two names may share one. */
export function documentationAddress(infra: string, name: string): string {
  const number = createHash('sha256').update(`${infra}/${name}`).digest().readUInt32BE(0);
  return `${NETWORKS[number % NETWORKS.length]}.${1 + (Math.floor(number / NETWORKS.length) % 254)}`;
}
