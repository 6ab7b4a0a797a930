import { queryOptions } from '@tanstack/react-query';
import { ProvisioningError } from '@provisioning/client';
import type { ErrorBody } from '@provisioning/contracts';
import { BASE, OWN_HEADERS } from './base.js';

/** A page without a session. */
export interface NoSession {
  user: null;
  mode: 'production' | 'development';
}

/** Who is signed in, until when. */
export interface Session {
  user: { id: string; username: string; email: string; roles: string[] };
  expires_at: string;
  /** What alone the session is good for; null for everything. */
  scope: 'mfa_enrollment' | null;
  mode: 'production' | 'development';
}

/** What the form of the sign-in sends. */
export interface Credentials {
  username: string;
  password: string;
  mfa_code?: string;
}

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: { ...OWN_HEADERS, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new ProvisioningError('The platform cannot be reached.', {
      status: 0,
      code: 'network_error',
      cause,
    });
  }
  // Safe cast: the contract has these members; a broken answer has none.
  const answer = (await response.json().catch(() => ({}))) as { data: Answer } & Partial<ErrorBody>;
  if (response.ok) return answer.data;
  throw new ProvisioningError(answer.error ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: answer.code ?? `http_${response.status}`,
    requestId: answer.request_id,
    details: answer.details,
    retryAfter: Number(response.headers.get('retry-after') ?? 0) || undefined,
  });
}

export const signIn = (credentials: Credentials) => call<Session>('POST', 'session', credentials);
export const signOut = () => call<string>('DELETE', 'session');

/** Other tabs wait meanwhile: a token that was replaced must not be presented again. */
export const refreshSession = () =>
  navigator.locks.request('provisioning-refresh', () => call<Session>('POST', 'session/refresh'));

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => call<Session | NoSession>('GET', 'session'),
  staleTime: 60_000,
  retry: false,
});

/** Who is signed in, or undefined. */
export const signedIn = (session: Session | NoSession | undefined): Session | undefined =>
  session?.user ? session : undefined;

const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('provisioning-session') : undefined;

/** Lets the other tabs of this browser know that the session has ended, or began anew. */
export const announce = (what: 'signed-in' | 'signed-out') => tabs?.postMessage(what);

/** Calls `listen` when another tab signs in or out. Returns a function that stops it. */
export function onAnnouncement(listen: (what: 'signed-in' | 'signed-out') => void): () => void {
  const take = ({ data }: MessageEvent<'signed-in' | 'signed-out'>) => listen(data);
  tabs?.addEventListener('message', take);
  return () => tabs?.removeEventListener('message', take);
}
