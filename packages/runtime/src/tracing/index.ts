import { register } from 'node:module';
import { tracesOnly, tracingIsOn } from './config.js';

/** Tracing that was started. */
export interface Tracing {
  /** Sends the remaining spans. */
  stop(): Promise<void>;
}

const PROBES = new Set(['/livez', '/readyz', '/metrics', '/health']);

/**
 * Must run before any other import of a process, whose calls would otherwise not be traced. OpenTelemetry is not loaded
 * if tracing is off, which is the default.
 */
export async function startTracing(serviceName: string): Promise<Tracing | undefined> {
  if (!tracingIsOn()) return undefined;
  tracesOnly();
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const [{ NodeSDK }, { getNodeAutoInstrumentations }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/auto-instrumentations-node'),
  ]);
  const sdk = new NodeSDK({
    serviceName,
    instrumentations: getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-http': {
        ignoreIncomingRequestHook: ({ url = '' }) => PROBES.has(url.split('?')[0] ?? ''),
      },
      // Each connection and each DNS lookup: these spans are rarely useful.
      '@opentelemetry/instrumentation-net': { enabled: false },
      '@opentelemetry/instrumentation-dns': { enabled: false },
    }),
  });
  sdk.start();
  // A collector that is away must not delay the stop.
  return { stop: () => sdk.shutdown().catch(() => undefined) };
}

/** The same process, which sends its last spans when it stops. */
export function traced<Running extends { stop: () => Promise<void> }>(
  running: Running,
  tracing: Tracing | undefined,
): Running {
  if (!tracing) return running;
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await tracing.stop();
    },
  };
}
