import { Failure } from '@provisioning/errors';
import type { Request } from 'express';

/** The header that a page of another site cannot send without asking first, which is never answered. */
const HEADER = 'x-provisioning-console';

/**
 * Lets a call through only if a page of the console itself made it: the cookie comes along with every request of the
 * browser, so the cookie alone proves nothing (CWE-352).
 * @throws Failure `forbidden`, code `cross_site_request`
 */
export function guardCall(request: Request): void {
  if (request.get(HEADER) !== '1') throw refusal(`The header X-Provisioning-Console must be "1".`);
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin')
    throw refusal(`The request comes from another site (Sec-Fetch-Site: ${site.slice(0, 20)}).`);
  guardOrigin(request);
}

/** Of a WebSocket, for which a page can set no header: its ticket was handed out by a guarded call. */
export function guardOrigin(request: Request): void {
  const origin = request.get('origin');
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== request.host)
    throw refusal('The request comes from a page of another origin.');
}

/** Of a download: a link of the console, or the address line; never a page of another site. */
export function guardDownload(request: Request): void {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw refusal(`The request comes from another site (Sec-Fetch-Site: ${site.slice(0, 20)}).`);
}

function refusal(why: string): Failure {
  return new Failure('forbidden', `${why} Only pages of the console may call below /console/.`, {
    code: 'cross_site_request',
  });
}
