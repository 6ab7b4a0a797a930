import type { Request, Response } from 'express';

const NAME = 'provisioning_console';
/** Browsers refuse a cookie above 4,096 bytes; a token with dozens of roles is longer. */
const PIECE = 3_800;
const MOST_PIECES = 3;
const PREFIX = /^(\/[A-Za-z0-9._~-]+){1,8}$/;

/** The token of the console's session, or undefined. */
export function readToken(request: Request): string | undefined {
  const cookies = cookiesOf(request.headers.cookie ?? '');
  const pieces: string[] = [];
  for (const name of namesOf(request)) {
    const piece = cookies.get(name);
    if (!piece) break;
    pieces.push(piece);
  }
  return pieces.length === 0 ? undefined : pieces.join('');
}

/** Puts the token where no script can read it, until it expires. */
export function setToken(request: Request, response: Response, token: string, expiresAt: Date): void {
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000));
  namesOf(request).forEach((name, index) => {
    const piece = token.slice(index * PIECE, (index + 1) * PIECE);
    append(request, response, name, piece, piece === '' ? 0 : seconds);
  });
}

/** Makes the browser forget the token, under each name that the cookie can have. */
export function clearToken(request: Request, response: Response): void {
  for (const name of namesOf(request)) append(request, response, name, '', 0);
}

/** The path under which a proxy in front serves this service (`X-Forwarded-Prefix`), if it may be believed; else ''. */
export function prefixOf(request: Request): string {
  const given = request.get('x-forwarded-prefix');
  const isTrusted = Number(request.app.get('trust proxy')) > 0;
  return isTrusted && given !== undefined && PREFIX.test(given) ? given : '';
}

function namesOf(request: Request): string[] {
  const name = request.secure ? `__Secure-${NAME}` : NAME;
  return Array.from({ length: MOST_PIECES }, (_piece, index) =>
    index === 0 ? name : `${name}_${index + 1}`,
  );
}

function append(request: Request, response: Response, name: string, value: string, seconds: number): void {
  response.append(
    'Set-Cookie',
    [
      `${name}=${value}`,
      `Path=${prefixOf(request)}/console/`,
      `Max-Age=${seconds}`,
      'HttpOnly',
      'SameSite=Strict',
      ...(request.secure ? ['Secure'] : []),
    ].join('; '),
  );
}

function cookiesOf(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    // The first one counts: browsers send that of the most specific path first.
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}
