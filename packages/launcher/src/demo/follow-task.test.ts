import { describe, expect, it } from '@jest/globals';
import { Failure } from '@provisioning/errors';
import type { Api, Task } from './api.js';
import { followTask } from './follow-task.js';

const task = (status: Task['status']): Task => ({
  id: 'one',
  name: 'create_servers',
  status,
  created_at: '',
  started_at: null,
  completed_at: null,
  output: null,
  error: null,
});

/** Answers one after the other. */
function apiOf(...answers: (Task | Error)[]): Api {
  const next = (): Promise<Task> => {
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as Task);
  };
  return { task: next } as unknown as Api;
}

describe('followTask', () => {
  const { signal } = new AbortController();

  it('tells each change once and ends with the task', async () => {
    const seen: string[] = [];
    const api = apiOf(task('Pending'), task('Pending'), task('Running'), task('Completed'));
    await expect(followTask(api, 'one', ({ status }) => seen.push(status), signal)).resolves.toMatchObject({
      status: 'Completed',
    });
    expect(seen).toEqual(['Pending', 'Running', 'Completed']);
  });

  it('asks again after what passes by itself', async () => {
    const away = new Failure('unavailable', 'the database is away', { retryAfter: 0 });
    await expect(
      followTask(apiOf(away, new TypeError('fetch failed'), task('Failed')), 'one', () => undefined, signal),
    ).resolves.toMatchObject({
      status: 'Failed',
    });
  });

  it('gives up at once on what does not', async () => {
    await expect(
      followTask(apiOf(new Failure('forbidden', 'no')), 'one', () => undefined, signal),
    ).rejects.toThrow('no');
  });
});
