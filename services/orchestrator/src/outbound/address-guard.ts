import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Ranges of IPv6 that contain an IPv4 address to which packets may be delivered. */
type Unwrap = (bytes: number[]) => number[][];
const LAST_FOUR: Unwrap = (bytes) => [bytes.slice(12)];
const WRAPPED: readonly { prefix: number[]; at?: number; unwrap: Unwrap }[] = [
  // IPv4-compatible, mapped, translated.
  { prefix: Array<number>(12).fill(0), unwrap: LAST_FOUR },
  { prefix: [...Array<number>(10).fill(0), 0xff, 0xff], unwrap: LAST_FOUR },
  { prefix: [...Array<number>(8).fill(0), 0xff, 0xff, 0, 0], unwrap: LAST_FOUR },
  // NAT64, the well-known prefix and the local ones.
  { prefix: [0, 0x64, 0xff, 0x9b, ...Array<number>(8).fill(0)], unwrap: LAST_FOUR },
  // 6to4
  { prefix: [0x20, 0x02], unwrap: (bytes) => [bytes.slice(2, 6)] },
  // Teredo: its server, and the client with every bit inverted.
  {
    prefix: [0x20, 0x01, 0, 0],
    unwrap: (bytes) => [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)],
  },
  // ISATAP
  { prefix: [0, 0, 0x5e, 0xfe], at: 8, unwrap: LAST_FOUR },
  { prefix: [2, 0, 0x5e, 0xfe], at: 8, unwrap: LAST_FOUR },
];
/** Only 2000::/3 of IPv6 is assigned, without its range for documentation (3fff::/20). */
const GIVEN_OUT: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
const DOCUMENTATION: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('3fff::'), 20];

/** Whether an address is a host of the public Internet, including one that is embedded in IPv6. */
export function isPublicAddress(text: string): boolean {
  // A zone (`fe80::1%eth0`) makes an address local to a link of this machine.
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  const bytes = address.toByteArray();
  const wrapped = WRAPPED.find(({ prefix, at = 0 }) =>
    prefix.every((byte, index) => bytes[at + index] === byte),
  );
  if (wrapped) return wrapped.unwrap(bytes).every((inner) => new ipaddr.IPv4(inner).range() === 'unicast');
  return address.range() === 'unicast' && address.match(...GIVEN_OUT) && !address.match(...DOCUMENTATION);
}
