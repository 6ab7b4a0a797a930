import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { data, failure, FakeService } from './fake-service.js';

/** `/ws` as the API describes it: single-use tickets, and events after `last_event_id`. */
export class FakeEvents {
  readonly subscriptions: unknown[] = [];
  readonly begunAfter: (string | null)[] = [];
  tokenIsGood = true;
  private readonly tickets = new Set<string>();
  private readonly sockets = new WebSocketServer({ noServer: true });
  private constructor(private readonly http: () => FakeService) {}

  static async start(serve: (socket: WebSocket, after: number, nth: number) => void): Promise<FakeEvents> {
    const fake: FakeEvents = new FakeEvents(() => http);
    const http = await FakeService.start(() => {
      if (!fake.tokenIsGood) return failure(401, 'token_expired', 'Sign in again.');
      const ticket = `ticket-${fake.http().received.length}`;
      fake.tickets.add(ticket);
      return data({ ticket, expires_at: '2030-01-01T00:00:00Z' });
    });
    http.server.on('upgrade', (request: IncomingMessage, socket, head) => {
      const query = new URL(request.url ?? '', http.url).searchParams;
      if (!fake.tickets.delete(query.get('ticket') ?? '')) return socket.destroy();
      fake.sockets.handleUpgrade(request, socket, head, (client) => {
        fake.begunAfter.push(query.get('last_event_id'));
        client.on('message', (text: Buffer) => fake.subscriptions.push(JSON.parse(text.toString())));
        serve(client, Number(query.get('last_event_id') ?? 0), fake.begunAfter.length);
      });
    });
    return fake;
  }

  get url(): string {
    return this.http().url;
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    await this.http().stop();
  }
}

export function eventText(id: number, taskId = 'task-1'): string {
  return JSON.stringify({
    id: String(id),
    event_type: 'TaskStatusChanged',
    timestamp: '2025-09-26T10:00:00Z',
    data: { task_id: taskId, status: 'running' },
    metadata: { task_id: taskId, status: 'running' },
  });
}
