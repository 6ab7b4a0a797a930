import { describe, expect, it } from '@jest/globals';
import { Failure } from '@provisioning/errors';
import { follow } from './follow.js';

/** Answers in this order. */
function answering(...answers: (string | Error)[]): () => Promise<string> {
  return () => {
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? '');
  };
}

describe('follow', () => {
  const { signal } = new AbortController();
  const ended = (status: string) => status !== 'Pending' && status !== 'Running';

  it('reports each answer and ends with the last', async () => {
    const seen: string[] = [];
    const ask = answering('Pending', 'Running', 'Completed', 'never asked for');
    await expect(follow(ask, (status) => seen.push(status), ended, signal)).resolves.toBe('Completed');
    expect(seen).toEqual(['Pending', 'Running', 'Completed']);
  });

  it('asks again after temporary failures', async () => {
    const outage = new Failure('unavailable', 'the database is unavailable', { retryAfter: 0 });
    const ask = answering(outage, new TypeError('fetch failed'), 'Failed');
    await expect(follow(ask, () => undefined, ended, signal)).resolves.toBe('Failed');
  });

  it('ends at once on any other failure', async () => {
    const ask = answering(new Failure('forbidden', 'no'));
    await expect(follow(ask, () => undefined, ended, signal)).rejects.toThrow('no');
  });
});
