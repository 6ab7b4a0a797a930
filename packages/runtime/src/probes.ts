import { timingSafeEqual } from 'node:crypto';
import { Router, type Request } from 'express';
import type { Registry } from 'prom-client';
import { currentContext } from './request-context.js';
import { LateAnswer, within } from './within.js';

/** Thrown by a check: `/readyz` shows its message, also to callers without a token. It must contain no secret. */
export class NotReady extends Error {}

/**
 * The dependencies without which a process cannot serve; a check throws when one is away. Optional dependencies (Redis,
 * another service) are not included: a fault would become an outage if every instance were taken out of service.
 */
export type ReadinessChecks = Record<string, () => Promise<void>>;

/** Options of {@link probeRouter}. */
export interface ProbeOptions {
  checks: ReadinessChecks;
  registry: Registry;
  /** The bearer token of `/metrics`; open by default. */
  metricsToken: string | undefined;
  /** True once a stop was requested: load balancers must use other instances. */
  isStopping: () => boolean;
}

const CHECK_LIMIT_MS = 2_000;
/** Messages that only say that something is not ready; all others are reasons. */
const VERDICTS = new Set(['away', 'no answer', 'stopping']);

/** `/livez`, `/readyz[?verbose]` and `/metrics`, the same on every process. */
export function probeRouter({ checks, registry, metricsToken, isStopping }: ProbeOptions): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.json({ success: true, data: 'alive' });
  });
  router.get('/readyz', async (request, response) => {
    const results = await runChecks(checks, isStopping());
    const ready = Object.values(results).every((result) => result === 'ok');
    const failing = Object.entries(results)
      .filter(([, result]) => result !== 'ok')
      .map(([name, result]) => (VERDICTS.has(result) ? name : `${name} (${result})`));
    response.status(ready ? 200 : 503);
    if (!ready) response.set('Retry-After', '2');
    if (request.query['verbose'] !== undefined) response.json({ success: ready, data: results });
    else if (ready) response.json({ success: true, data: 'ready' });
    else {
      const error = `Not ready: ${failing.join(', ')}. Details: /readyz?verbose`;
      response.json({ success: false, error, code: 'unavailable', request_id: currentContext()?.requestId });
    }
  });
  router.get('/metrics', async (request, response) => {
    if (metricsToken !== undefined && !bearerIs(request, metricsToken)) {
      response.status(401).set('WWW-Authenticate', 'Bearer');
      response.json({
        success: false,
        error: 'The metrics need the bearer token that METRICS_TOKEN sets.',
        code: 'unauthenticated',
        request_id: currentContext()?.requestId,
      });
      return;
    }
    response.set('Content-Type', registry.contentType).send(await registry.metrics());
  });
  return router;
}

async function runChecks(checks: ReadinessChecks, stopping: boolean): Promise<Record<string, string>> {
  const entries = Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const);
  return { ...Object.fromEntries(await Promise.all(entries)), ...(stopping ? { process: 'stopping' } : {}) };
}

async function outcome(check: () => Promise<void>): Promise<string> {
  try {
    await within(CHECK_LIMIT_MS, check());
    return 'ok';
  } catch (error) {
    if (error instanceof LateAnswer) return 'no answer';
    return error instanceof NotReady ? error.message : 'away';
  }
}

function bearerIs(request: Request, expected: string): boolean {
  const given = Buffer.from(request.get('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${expected}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
