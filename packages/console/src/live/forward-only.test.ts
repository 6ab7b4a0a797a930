import { describe, expect, it } from '@jest/globals';
import type { Event } from '@provisioning/contracts';
import fc from 'fast-check';
import { isBehind, isNewer, mergePatches, patchOf, type Patch, type Position } from './forward-only.js';

/** Every way of a task: attempts that fail, one that ends. */
const histories = fc
  .record({
    retries: fc.integer({ min: 0, max: 3 }),
    end: fc.constantFrom('Completed', 'Failed', 'Cancelled' as const),
  })
  .map(({ retries, end }) => {
    const states: Position[] = [{ status: 'Pending', state: 'ready', attempt: 0 }];
    for (let attempt = 1; attempt <= retries + 1; attempt += 1) {
      states.push({ status: 'Running', state: 'running', attempt });
      if (attempt <= retries) states.push({ status: 'Pending', state: 'retry_wait', attempt });
    }
    return [...states, { status: end, state: end.toLowerCase(), attempt: retries + 1 } as Position];
  });

const patch = (position: Position, id: number, arrivedAt: number): Patch => ({
  ...{ state: undefined, progress: undefined, error: undefined, at: '' },
  ...position,
  id,
  arrivedAt,
});

describe('what is shown of a task', () => {
  it('never goes back, whatever the order of answers and events, and ends as the server does', () => {
    const step = fc.record({
      what: fc.constantFrom('server', 'event', 'ask', 'answer'),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(histories, fc.array(step, { maxLength: 60 }), (states, steps) => {
        let [at, delivered, clock] = [0, 0, 0];
        let asked: { answer: Position; requestedAt: number } | undefined;
        let known: { answer: Position; requestedAt: number } = { answer: states[0]!, requestedAt: 0 };
        let patched: Patch | undefined;
        let shown = states[0]!;
        const look = () => {
          const next = patched && isNewer(patched, known.answer, known.requestedAt) ? patched : known.answer;
          expect(isBehind(next, shown)).toBe(false);
          shown = next;
        };
        const deliver = (index: number) => {
          patched = mergePatches(patched, patch(states[index]!, index, clock));
          look();
        };
        const answer = () => {
          if (asked) known = asked;
          asked = undefined;
          look();
        };
        for (const { what, again } of steps) {
          clock += 1;
          if (what === 'server' && at < states.length - 1) at += 1;
          if (what === 'event' && delivered < at) deliver((delivered += 1));
          if (what === 'event' && again && delivered > 0) deliver(Math.max(1, delivered - 1));
          if (what === 'ask') asked = { answer: states[at]!, requestedAt: clock };
          if (what === 'answer') answer();
        }
        while (delivered < at) deliver((delivered += 1));
        clock += 1;
        asked = { answer: states[at]!, requestedAt: clock };
        answer();
        expect(shown).toMatchObject(states[at]!);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read from the events of tasks, not from others', () => {
    const event = (event_type: Event['event_type'], data: object, metadata: object): Event =>
      ({ id: '7', event_type, timestamp: 't', data, metadata }) as Event;
    expect(
      patchOf(
        event('TaskStatusChanged', { state: 'retry_wait', attempt: 2 }, { task_id: 'a', status: 'pending' }),
        5,
      ),
    ).toMatchObject({ taskId: 'a', patch: { status: 'Pending', state: 'retry_wait', attempt: 2, id: 7 } });
    expect(patchOf(event('SystemHealthUpdate', {}, { status: 'degraded' }), 5)).toBeUndefined();
    expect(patchOf(event('LogEntry', {}, { task_id: 'a', status: 'running' }), 5)).toBeUndefined();
  });
});
