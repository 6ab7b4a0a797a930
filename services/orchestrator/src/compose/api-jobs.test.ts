import { expect, it, jest } from '@jest/globals';
import type { PendingWork } from '../postgres/state/pending-work.js';
import { webhookJobs } from './api-jobs.js';

/** The job that makes deliveries, with a sender and a row that answer what the test says. */
function fillJob() {
  const fill = jest.fn(() => Promise.resolve(false));
  const has = jest.fn<PendingWork['has']>(() => Promise.resolve(false));
  const sender = {
    fill,
    sendDue: jest.fn(async () => {}),
    settled: async () => {},
    failLate: async () => false,
  };
  const job = webhookJobs(sender, { has }).find(({ name }) => name === 'webhook_fill')!;
  return { run: async () => job.run(), fill, has };
}

it('a job looks once, and then only where something is pending', async () => {
  const { run, fill, has } = fillJob();
  await run();
  expect(fill).toHaveBeenCalledTimes(1);
  expect(has).not.toHaveBeenCalled();
  await run();
  expect(fill).toHaveBeenCalledTimes(1);
  expect(has).toHaveBeenLastCalledWith('webhooks');
  has.mockResolvedValueOnce(true);
  await run();
  expect(fill).toHaveBeenCalledTimes(2);
});

it('a job that had more to do, or failed, looks again in any case', async () => {
  const { run, fill, has } = fillJob();
  fill.mockResolvedValueOnce(true);
  expect(await run()).toBe(true);
  fill.mockRejectedValueOnce(new Error('Postgres is away'));
  await expect(run()).rejects.toThrow('Postgres is away');
  await run();
  expect(fill).toHaveBeenCalledTimes(3);
  expect(has).not.toHaveBeenCalled();
});
