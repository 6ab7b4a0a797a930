import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithRedis, waitFor, type NodeProcess } from '@provisioning/test-kit';
import { testPlatform, type TestPlatform } from '../support/platform.js';
import { startApiProcess, type ApiProcess } from '../support/running-api.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

interface Span {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, 'service'>[] }[];
  }[];
}

describeWithRedis('OpenTelemetry, where it is enabled', () => {
  const spans: Span[] = [];
  let collector: Server;
  let platform: TestPlatform;
  let api: ApiProcess;
  let worker: NodeProcess;

  beforeAll(async () => {
    collector = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        if (request.url === '/v1/traces')
          spans.push(...spansOf(JSON.parse(Buffer.concat(pieces).toString()) as Export));
        response.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
    await once(collector.listen(0, '127.0.0.1'), 'listening');
    const on = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    platform = await testPlatform({ redis: true });
    worker = await platform.startWorker(on);
    api = await startApiProcess({
      DATABASE_URL: platform.databaseUrl,
      REDIS_URL: platform.redisUrl,
      PROVISIONING_DATA_DIR: platform.dataDir,
      ...on,
    });
  });
  afterAll(async () => {
    await api.process.stop();
    await platform.stop();
    collector.closeAllConnections();
    collector.close();
  });

  it('one trace spans the caller, the API, the worker and the command', async () => {
    const answer = await api.send(
      'POST',
      '/workflows/servers/create',
      { infra: 'traced', settings: 'config.ncl' },
      { traceparent: `00-${TRACE}-${PARENT}-01` },
    );
    const { data: id } = (await answer.json()) as { data: string };
    await platform.ended(id);
    const mine = () => spans.filter(({ traceId }) => traceId === TRACE);
    await waitFor(() => new Set(mine().map(({ service }) => service)).size === 2);
    // A span is sent when it has ended, so the server's follows those of its children.
    const server = await waitFor(() => mine().find(({ parentSpanId }) => parentSpanId === PARENT));
    expect(server).toMatchObject({ service: 'orchestrator', name: expect.stringMatching(/^POST/) });
    // The command's parent is a span that the collector has.
    const given = answer.headers.get('traceparent')?.split('-')[2];
    await waitFor(() => mine().some(({ spanId }) => spanId === given), { what: 'the parent of the command' });
    const [task] = (await platform.database('tasks').where({ id }).select('traceparent')) as {
      traceparent: string;
    }[];
    expect(task!.traceparent).toBe(`00-${TRACE}-${given}-01`);
  });

  it('probes make no spans, and the remaining spans are sent at the end', async () => {
    await fetch(`${api.url}/health`);
    await fetch(`${api.url}/metrics`);
    await api.send('GET', '/tasks', undefined, { traceparent: `00-${'a'.repeat(32)}-${PARENT}-01` });
    expect(await api.process.stop()).toEqual({ code: 0, signal: null });
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(spans.filter(({ traceId }) => traceId === 'a'.repeat(32)).length).toBeGreaterThan(0);
    expect(spans.filter(({ name, parentSpanId }) => !parentSpanId && /health|metrics/.test(name))).toEqual(
      [],
    );
  });
});

function spansOf({ resourceSpans }: Export): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })));
  });
}

it('none of it is loaded where it is disabled', async () => {
  const platform = await testPlatform();
  const api = await startApiProcess({
    DATABASE_URL: platform.databaseUrl,
    PROVISIONING_DATA_DIR: platform.dataDir,
    NODE_DEBUG: 'esm,module',
  });
  try {
    expect((await api.send('GET', '/health')).status).toBe(200);
    // The process prints what is loaded.
    expect(api.process.output()).toMatch(/node_modules\/winston\//);
    expect(api.process.output()).not.toMatch(/@opentelemetry\/(sdk-node|auto-instrumentations-node)\/build/);
  } finally {
    await api.process.stop();
    await platform.stop();
  }
});
