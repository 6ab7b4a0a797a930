import { Failure } from '@provisioning/errors';
import type { Request, RequestHandler, Response } from 'express';
import type { ControlCenterProxy } from './control-center-proxy.js';
import { readToken } from './cookie.js';
import { markAsDownload, readDownload } from './download.js';
import type { ConsoleFiles } from './files.js';
import { guardCall, guardDownload, guardOrigin } from './guard.js';
import { CONSOLE, targetOf, type Target } from './paths.js';
import { ConsoleSession, type Identify } from './session.js';

/** What the gateway of the console needs. */
export interface GatewayOptions {
  /** Undefined where the console has not been built: then only its pages are missing. */
  files: ConsoleFiles | undefined;
  controlCenter: ControlCenterProxy;
  identify: Identify;
  production: boolean;
}

/**
 * Everything below `/console/`: the pages, the session in an httpOnly cookie, and the API of both services as these pages
 * call it. A call of the orchestrator is given the URL and the `Authorization` of the operation that it means and goes on
 * to it; one of the control center is passed on. Outside of `/console/` no cookie counts.
 */
export function consoleGateway({
  files,
  controlCenter,
  identify,
  production,
}: GatewayOptions): RequestHandler {
  const session = new ConsoleSession({
    controlCenter,
    identify,
    mode: production ? 'production' : 'development',
  });
  return async (request, response, next) => {
    const { path } = request;
    if (path === '/' && files && isForPeople(request)) return response.redirect(302, CONSOLE.slice(1));
    if (path === '/console' && files) return response.redirect(308, CONSOLE.slice(1));
    if (!path.startsWith(CONSOLE)) return next();
    response.locals['route'] = '/console';
    const target = targetOf(request.method, request.url);
    switch (target.kind) {
      case 'file':
        if (!files) throw noSuchRoute(request);
        return files.send(request, response);
      case 'unknown':
        throw noSuchRoute(request);
      case 'session':
      case 'refresh':
        guardCall(request);
        return session.handle(target.kind, request, response);
      case 'socket':
        guardOrigin(request);
        become(request, target.url, undefined);
        return next();
      case 'call':
      case 'download': {
        const call = prepare(target, request, response);
        const token = readToken(request);
        if (target.service === 'orchestrator') {
          become(request, call.url, token);
          if (call.accept !== undefined) request.headers.accept = call.accept;
          return next();
        }
        const { method } = request;
        const { bodyLimit } = target.operation;
        return controlCenter.relay(request, response, { ...call, method, token, bodyLimit });
      }
    }
  };
}

function prepare(
  { kind, url }: Extract<Target, { operation: unknown }>,
  request: Request,
  response: Response,
): { url: string; accept?: string } {
  if (kind === 'call') {
    guardCall(request);
    return { url };
  }
  guardDownload(request);
  const download = readDownload(url);
  markAsDownload(response, download);
  return { url: download.url, accept: download.accept };
}

/** From here on it is a request of the API like any other: with a bearer, without a cookie. */
function become(request: Request, url: string, token: string | undefined): void {
  request.url = url;
  request.originalUrl = url;
  const { headers } = request;
  delete headers.cookie;
  delete headers.origin;
  delete headers.authorization;
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
}

function isForPeople(request: Request): boolean {
  return request.method === 'GET' && (request.get('accept') ?? '').includes('text/html');
}

function noSuchRoute({ method, path }: Request): Failure {
  return new Failure('not_found', `There is no ${method} ${path.slice(0, 200)} in the console.`, {
    code: 'no_such_route',
  });
}
