import { join } from 'node:path';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { spawnNode, type NodeProcess } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { FakeControlCenter } from './fake-control-center.js';

const API = join(import.meta.dirname, '../../dist/src/api.js');
const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
/** A principal that is the same at every process, since an Idempotency-Key belongs to its user. */
const OPERATOR = { userId: uuidv7(), username: 'operator', roles: ['admin'], sessionId: uuidv7() };

export interface ApiProcess {
  url: string;
  process: NodeProcess;
  /** Sends requests as an admin, the same one at each process. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** The built API in a separate process, with a control center that serves the built-in policies. */
export async function startApiProcess(environment: Record<string, string | undefined>): Promise<ApiProcess> {
  const controlCenter = new FakeControlCenter(SECRET);
  await controlCenter.start();
  const started = spawnNode(API, {
    env: {
      ORCHESTRATOR_PORT: '0',
      JWT_SECRET: SECRET,
      CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
      RATE_LIMIT_GENERAL: '0',
      RATE_LIMIT_BATCH: '0',
      LOG_LEVEL: 'debug',
      ...environment,
    },
  });
  void started.exited.then(() => controlCenter.stop());
  const { url } = await started.message<{ type: string; url: string }>('ready');
  const { token } = issueToken(createKeyring([SECRET]), OPERATOR, 600);
  return {
    url,
    process: started,
    send: (method, path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
