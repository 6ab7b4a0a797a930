import { afterEach, describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from '@provisioning/contracts';
import { eventText, FakeEvents } from '../test/support/fake-events.js';
import { ProvisioningClient, type EventOptions } from './index.js';

let fake: FakeEvents | undefined;
afterEach(() => fake?.stop());

async function take(count: number, options: EventOptions = {}): Promise<string[]> {
  const client = new ProvisioningClient(fake?.url ?? '', 'a-token', { baseDelay: 0.001 });
  const ids: string[] = [];
  for await (const { id } of client.events(options)) {
    ids.push(id ?? '');
    if (ids.length === count) break;
  }
  return ids;
}

describe('events', () => {
  it('reconnects after the last event, with a new ticket for each connection', async () => {
    fake = await FakeEvents.start((socket, after) => {
      socket.send(eventText(after + 1));
      socket.send(eventText(after + 2));
      socket.close(1013);
    });
    expect(await take(5)).toEqual(['1', '2', '3', '4', '5']);
    expect(fake.begunAfter).toEqual([null, '2', '4']);
  });

  it('reconnects after a connection that broke without a close frame', async () => {
    fake = await FakeEvents.start((socket, after, nth) => {
      if (nth === 1) return socket.terminate();
      socket.send(eventText(after + 1));
    });
    expect(await take(1, { lastEventId: '41' })).toEqual(['42']);
    expect(fake.begunAfter).toEqual(['41', '41']);
  });

  it('sends its filter and drops events that arrived before the server applied it', async () => {
    fake = await FakeEvents.start((socket) => {
      socket.send(eventText(1, 'another'));
      socket.once('message', () => socket.send(eventText(2)));
    });
    expect(await take(1, { taskId: 'task-1', eventTypes: ['TaskStatusChanged'] })).toEqual(['2']);
    expect(fake.subscriptions).toEqual([
      { subscribe: { event_types: ['TaskStatusChanged'], task_id: 'task-1' } },
    ]);
  });

  it('subscribes to every event type if only a task or a batch is given', async () => {
    fake = await FakeEvents.start((socket) => socket.once('message', () => socket.send(eventText(1))));
    await take(1, { taskId: 'task-1' });
    expect(fake.subscriptions).toEqual([{ subscribe: { event_types: [...EVENT_TYPES], task_id: 'task-1' } }]);
  });

  it('throws the authentication failure when the token has expired (4401)', async () => {
    fake = await FakeEvents.start((socket) => {
      if (fake) fake.tokenIsGood = false;
      socket.send(eventText(1));
      socket.close(4401, 'The token has ended.');
    });
    await expect(take(2)).rejects.toMatchObject({ status: 401, code: 'token_expired' });
  });

  it('reconnects after 4401 with a renewed token', async () => {
    fake = await FakeEvents.start((socket, after) => {
      socket.send(eventText(after + 1));
      socket.close(4401);
    });
    expect(await take(2)).toEqual(['1', '2']);
  });

  it.each([
    [1008, 'ws_1008'],
    [4429, 'ws_4429'],
  ])('does not come back after %s', async (closeCode, code) => {
    fake = await FakeEvents.start((socket) => socket.close(closeCode, 'No.'));
    await expect(take(1)).rejects.toMatchObject({ message: 'No.', code });
  });

  it('throws the error of the service', async () => {
    fake = await FakeEvents.start((socket) =>
      socket.send(JSON.stringify({ success: false, error: 'Too long ago.', code: 'gone' })),
    );
    await expect(take(1)).rejects.toMatchObject({ message: 'Too long ago.', code: 'gone' });
  });

  it('ends when its signal is aborted', async () => {
    const abort = new AbortController();
    fake = await FakeEvents.start(() => abort.abort(new Error('Enough.')));
    await expect(take(1, { signal: abort.signal })).rejects.toThrow('Enough.');
  });
});
