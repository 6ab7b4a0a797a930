import { expect, it } from '@jest/globals';
import type { ProvisioningClient } from '@provisioning/client';
import { watch } from './watch.js';

it('polls after an event and stops listening at the end', async () => {
  let listened = 0;
  let ended = false;
  // Without the events it would also poll three times: the test checks that listening starts and ends.
  const client = {
    async *events({ signal }: { signal: AbortSignal }) {
      listened += 1;
      try {
        yield {};
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('over'))));
      } finally {
        ended = true;
      }
    },
  } as unknown as ProvisioningClient;
  const states = ['Pending', 'Running', 'Completed'];
  const seen: (string | undefined)[] = [];
  const watched = {
    filter: { taskId: 'x' },
    look: async () => states.shift(),
    ended: (state: string | undefined) => state === 'Completed',
  };
  for await (const state of watch(client, watched, new AbortController().signal)) seen.push(state);
  expect(seen).toEqual(['Pending', 'Running', 'Completed']);
  expect({ listened, ended }).toEqual({ listened: 1, ended: true });
});
