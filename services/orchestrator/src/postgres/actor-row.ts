import type { Actor } from '../domain/audit/actor.js';
import { storableJson } from './storable.js';

/** As it stands in the columns `actor`. */
export interface ActorRow {
  user_id: string;
  username: string;
  session_id: string | null;
  ip: string;
  request_id: string;
}

export function actorRow(actor: Actor | undefined): ActorRow | null {
  if (!actor) return null;
  const { userId, username, sessionId, ip, requestId } = actor;
  return { user_id: userId, username, session_id: sessionId, ip, request_id: requestId };
}

export function actorText(actor: Actor | undefined): string | null {
  return actor ? JSON.stringify(storableJson(actorRow(actor))) : null;
}
