import { describe, expect, it } from '@jest/globals';
import { OutOfPatience, Patience } from './patience.js';

/** A clock that only a test moves. */
function stoppedClock() {
  let time = 0;
  return { now: () => time, pass: (milliseconds: number) => (time += milliseconds) };
}

describe('the patience of a request', () => {
  it('is shared by all its waits that get no answer', () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    const forConnection = patience.begin();
    pass(60);
    forConnection(false);
    const forStatement = patience.begin();
    pass(30);
    expect(patience.leftMs).toBe(10);
    pass(30);
    forStatement(false);
    expect(patience.leftMs).toBe(0);
  });

  it('counts concurrent waits once', () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    const waits = [patience.begin(), patience.begin()];
    pass(40);
    waits.forEach((end) => end(false));
    expect(patience.leftMs).toBe(60);
  });

  it('does not count other work of the request', () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    patience.begin()(false);
    pass(5_000);
    expect(patience.leftMs).toBe(100);
  });

  it('is restored by an answer, also for a wait that continues', () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    const silent = patience.begin();
    const answered = patience.begin();
    pass(90);
    answered(true);
    expect(patience.leftMs).toBe(100);
    pass(10);
    silent(false);
    expect(patience.leftMs).toBe(90);
  });

  it('has no end once the request is answered', () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    patience.begin();
    pass(1_000);
    expect(patience.leftMs).toBe(0);
    patience.lift();
    expect(patience.leftMs).toBe(Infinity);
  });

  it('ends a wait, and passes on a late result', async () => {
    const patience = new Patience(1);
    let lend: (connection: string) => void = () => undefined;
    const connection = new Promise<string>((resolve) => (lend = resolve));
    const late: string[] = [];
    await expect(patience.waitFor(connection, { late: (value) => late.push(value) })).rejects.toThrow(
      OutOfPatience,
    );
    lend('connection');
    await connection;
    expect(late).toEqual(['connection']);
  });

  it('does not count a pool’s connection as an answer', async () => {
    const { now, pass } = stoppedClock();
    const patience = new Patience(100, now);
    let lend: () => void = () => undefined;
    const wait = patience.waitFor(new Promise<void>((resolve) => (lend = resolve)), { isAnswer: false });
    pass(70);
    lend();
    await wait;
    expect(patience.leftMs).toBe(30);
  });
});
