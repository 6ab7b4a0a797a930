import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import { stateOf } from './request-state.js';

/** By registry: the applications of one process share one set of metrics. */
const made = new WeakMap<Registry, RequestHandler>();

/** Rate, errors and duration by route template, so that the number of labels is bounded. */
export function requestMetrics(registry: Registry): RequestHandler {
  const handler = made.get(registry) ?? createMetrics(registry);
  made.set(registry, handler);
  return handler;
}

function createMetrics(registry: Registry): RequestHandler {
  const labelNames = ['method', 'route', 'status'] as const;
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const answered = new Map<string, { labels: Record<(typeof labelNames)[number], string>; n: number }>();
  new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, n } of answered.values()) this.inc(labels, n);
    },
  });
  return (request, response, next) => {
    const start = performance.now();
    response.once('close', () => {
      const route = stateOf(response).route ?? 'unmatched';
      const method = METHODS.has(request.method) ? request.method : 'OTHER';
      const key = `${response.statusCode} ${method} ${route}`;
      let series = answered.get(key);
      if (!series) {
        series = { labels: { method, route, status: String(response.statusCode) }, n: 0 };
        answered.set(key, series);
      }
      series.n += 1;
      duration.observe(series.labels, (performance.now() - start) / 1000);
    });
    next();
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
