import { Failure, isFailure } from '@provisioning/errors';
import type { Principal } from '@provisioning/http-kit';
import type { Request, Response } from 'express';
import { clearToken, readToken, setToken } from './cookie.js';
import { copyHeaders, type CapturedAnswer, type ControlCenterProxy } from './control-center-proxy.js';

/** Finds out whose token it is. @throws Failure `unauthenticated` unless it is good */
export type Identify = (
  token: string,
  operation: { forMfaEnrollment: boolean },
) => Promise<Principal> | Principal;

/** What the session of the console needs. */
export interface SessionOptions {
  controlCenter: ControlCenterProxy;
  identify: Identify;
  mode: 'production' | 'development';
}

/** What a page learns of its session. `user`: null without a session. `scope`: the only use of the session, if it is limited to one. */
interface SessionAnswer {
  user: { id: string; username: string; email: string; roles: readonly string[] } | null;
  expires_at: string | null;
  scope: string | null;
  mode: SessionOptions['mode'];
}

/**
 * `/console/session`: POST signs in, GET says who is signed in, DELETE signs out, and POST to `…/refresh` renews. The
 * token stays in an httpOnly cookie and never appears in an answer.
 */
export class ConsoleSession {
  constructor(private readonly options: SessionOptions) {}

  async handle(kind: 'session' | 'refresh', request: Request, response: Response): Promise<void> {
    const { method } = request;
    if (method === 'POST')
      return kind === 'refresh' ? this.#refresh(request, response) : this.#signIn(request, response);
    if (kind === 'session' && method === 'GET') return this.#show(request, response);
    if (kind === 'session' && method === 'DELETE') return this.#signOut(request, response);
    const allowed = kind === 'session' ? 'GET, POST, DELETE' : 'POST';
    response.set('Allow', allowed);
    throw new Failure('method_not_allowed', `${method} is not allowed here; allowed: ${allowed}.`);
  }

  async #signIn(request: Request, response: Response): Promise<void> {
    const call = { method: 'POST', url: '/auth/login' };
    await this.#begin(request, response, await this.options.controlCenter.capture(request, response, call));
  }

  async #refresh(request: Request, response: Response): Promise<void> {
    const token = readToken(request);
    if (token === undefined) {
      throw new Failure('unauthenticated', 'No user is signed in. Sign in first.', {
        code: 'token_missing',
      });
    }
    const call = { method: 'POST', url: '/auth/refresh', json: { token } };
    await this.#begin(request, response, await this.options.controlCenter.capture(request, response, call));
  }

  /** Takes the token out of a successful answer; any other answer is the page's as it is. */
  async #begin(request: Request, response: Response, answer: CapturedAnswer): Promise<void> {
    if (answer.status !== 200) {
      response.status(answer.status);
      copyHeaders(answer.headers, response);
      response.removeHeader('content-length');
      return void response.json(answer.body);
    }
    // Safe cast: the contract has this body for a successful sign-in.
    const { token, expires_at } = (answer.body as { data: { token: string; expires_at: string } }).data;
    setToken(request, response, token, new Date(expires_at));
    response.json({ success: true, data: await this.#describe(token) });
  }

  async #show(request: Request, response: Response): Promise<void> {
    response.json({ success: true, data: await this.#look(readToken(request)) });
  }

  /** The cookie is gone even where the control center cannot end the session. */
  async #signOut(request: Request, response: Response): Promise<void> {
    const token = readToken(request);
    clearToken(request, response);
    if (token !== undefined) {
      const call = { method: 'POST', url: '/auth/logout', token };
      await this.options.controlCenter.capture(request, response, call);
    }
    response.json({ success: true, data: 'Signed out.' });
  }

  /** No session is an ordinary answer: a page asks for it when it starts. */
  async #look(token: string | undefined): Promise<SessionAnswer> {
    const signedOut = { user: null, expires_at: null, scope: null, mode: this.options.mode };
    if (token === undefined) return signedOut;
    try {
      return await this.#describe(token);
    } catch (error) {
      if (isFailure(error) && error.kind === 'unauthenticated') return signedOut;
      throw error;
    }
  }

  async #describe(token: string): Promise<SessionAnswer> {
    const { id, username, email, roles, expiresAt } = await this.options.identify(token, {
      forMfaEnrollment: true,
    });
    return {
      user: { id, username, email, roles },
      expires_at: new Date(expiresAt * 1000).toISOString(),
      scope: scopeOf(token),
      mode: this.options.mode,
    };
  }
}

/** Of a token that was verified. */
function scopeOf(token: string): string | null {
  const [, payload = ''] = token.split('.');
  // Safe cast: the control center signed the token; it has a scope or none.
  const { scope } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope?: string };
  return scope ?? null;
}
