import { register } from 'node:module';
import { tracesOnly, tracingIsOn } from './config.js';

export interface Tracing {
  /** Sends what was not sent yet. */
  stop(): Promise<void>;
}

const PROBES = new Set(['/livez', '/readyz', '/metrics', '/health']);

/**
 * Before anything else of a process is imported, or it would not be seen. Nothing of OpenTelemetry is loaded where it is
 * off, which is the default.
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
      // Each connection and each name that is looked up: nobody asks for these.
      '@opentelemetry/instrumentation-net': { enabled: false },
      '@opentelemetry/instrumentation-dns': { enabled: false },
    }),
  });
  sdk.start();
  // A collector that is away keeps nobody from stopping.
  return { stop: () => sdk.shutdown().catch(() => undefined) };
}

/** The same process, whose last spans are sent when it stops. */
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
