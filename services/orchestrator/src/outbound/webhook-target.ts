import { isIP } from 'node:net';
import { isPublicAddress } from './address-guard.js';

/** Rules for the targets of webhooks. */
export interface TargetRules {
  /** Loopback, private and link-local addresses, plain http and any port: WEBHOOKS_ALLOW_PRIVATE. */
  allowPrivate: boolean;
}

const PORTS = new Set(['', '443', '8443']);
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain)$/;

/** Why a URL is not a valid target, as far as its text shows; undefined if it may be one. */
export function targetFault(text: string, { allowPrivate }: TargetRules): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password';
  if (url.hash !== '') return 'must not have a fragment';
  if (allowPrivate) return /^https?:$/.test(url.protocol) ? undefined : 'must start with https:// or http://';
  if (url.protocol !== 'https:') return 'must start with https://';
  if (!PORTS.has(url.port)) return 'must use the port 443 or 8443';
  const host = hostOf(url);
  const isPrivate = isIP(host) === 0 ? LOCAL_NAME.test(host) || !host.includes('.') : !isPublicAddress(host);
  return isPrivate ? PRIVATE_TARGET : undefined;
}

/** The reason of a refusal, as the text after the name of the field. */
export const PRIVATE_TARGET = 'must not lead to a loopback, private, link-local or reserved address';

/** Without the brackets of IPv6 and the final dot of a full name. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}
