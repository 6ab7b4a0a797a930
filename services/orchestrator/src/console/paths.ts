import { controlCenterOperations, orchestratorOperations, type Operation } from '@provisioning/contracts';

/** Where the console is served; every cookie of the platform is confined to it. */
export const CONSOLE = '/console/';
const ORCHESTRATOR = '/console/api/orchestrator';
const CONTROL_CENTER = '/console/api/control-center';
const DOWNLOAD = '/console/download';

/** Sign-in answers with tokens, which no page may see: `/console/session` takes their place. */
const OF_SESSIONS = new Set(['login', 'refresh', 'logout']);

const forwarded = (
  operations: readonly Operation[],
): ((method: string, path: string) => Operation | undefined) => {
  const known = operations
    .filter(({ id, permission }) => permission !== 'service' && !OF_SESSIONS.has(id))
    .map((operation) => ({
      operation,
      method: operation.method.toUpperCase(),
      pattern: new RegExp(`^${operation.path.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`),
    }));
  return (method, path) =>
    hasDots(path)
      ? undefined
      : known.find((one) => one.method === method && one.pattern.test(path))?.operation;
};

const orchestratorOperation = forwarded(orchestratorOperations);
const controlCenterOperation = forwarded(controlCenterOperations);

/** A segment `.` or `..`, spelled in any way, could mean another path to the program that resolves it. */
function hasDots(path: string): boolean {
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

/** What a request below `/console/` asks for. */
export type Target =
  | { kind: 'session' | 'refresh' | 'file' | 'unknown' }
  /** `/ws`, which only the orchestrator has. `url` is the path and query there. */
  | { kind: 'socket'; url: string }
  | {
      kind: 'call' | 'download';
      service: 'orchestrator' | 'control-center';
      url: string;
      operation: Operation;
    };

/** @param url path and query of the request, as they were sent */
export function targetOf(method: string, url: string): Target {
  const [path = '', query] = splitOnce(url, '?');
  const search = query === undefined ? '' : `?${query}`;
  if (path === '/console/session') return { kind: 'session' };
  if (path === '/console/session/refresh') return { kind: 'refresh' };
  if (path === `${ORCHESTRATOR}/ws`) return { kind: 'socket', url: `/ws${search}` };
  for (const kind of ['call', 'download'] as const) {
    for (const service of ['orchestrator', 'control-center'] as const) {
      const base = kind === 'download' ? `${DOWNLOAD}/${service}` : BASE[service];
      if (!path.startsWith(`${base}/`)) continue;
      const rest = path.slice(base.length);
      const operation = FIND[service](method, rest);
      return operation ? { kind, service, url: rest + search, operation } : { kind: 'unknown' };
    }
  }
  return /^\/console\/(api|download|session)(\/|$)/.test(path) ? { kind: 'unknown' } : { kind: 'file' };
}

const BASE = { orchestrator: ORCHESTRATOR, 'control-center': CONTROL_CENTER };
const FIND = { orchestrator: orchestratorOperation, 'control-center': controlCenterOperation };

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
