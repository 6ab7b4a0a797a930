import { expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';

/** A thread that gives no answer, and fails when it is ended. */
class FailingWorker extends EventEmitter {
  terminate(): Promise<number> {
    this.emit('error', new Error('out of memory'));
    return Promise.resolve(1);
  }
}
jest.unstable_mockModule('node:worker_threads', () => ({ Worker: FailingWorker }));
const { evaluateFile } = await import('./evaluate-file.js');

it('ends with its own reason where the thread fails after it', async () => {
  const evaluation = evaluateFile({ root: '.', path: 'a.ncl', timeoutMs: 1 });
  await expect(evaluation).rejects.toThrow('The evaluation takes more than 0.001 seconds.');
  const stop = new AbortController();
  const stopped = evaluateFile({ root: '.', path: 'a.ncl', signal: stop.signal });
  setImmediate(() => stop.abort(new Error('stopped')));
  await expect(stopped).rejects.toThrow('stopped');
});
