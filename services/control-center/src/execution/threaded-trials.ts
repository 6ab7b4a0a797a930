import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Failure, type FailureDetail } from '@provisioning/errors';
import type { DecisionRequest, Explanation, PolicyRule } from '@provisioning/policy';
import pLimit from 'p-limit';
import type { Effect } from '../domain/decision/decision-record.js';
import type { PolicyTrials, TrialSet } from '../domain/trial/policy-trials.js';
import type { TrialAnswers, TrialReply, TrialTask } from './trial-messages.js';

/** Time limits of questions, in milliseconds. */
export interface TrialLimits {
  /** For one question, in milliseconds: to check, to compile drafts, to explain. */
  ask: number;
  /** To decide a page of requests, and to compile stored policies with drafts. */
  page: number;
  /** To compile stored policies, which were accepted at any size. */
  load: number;
}

const LIMITS: TrialLimits = { ask: 200, page: 2_000, load: 10_000 };
/** The number of questions that wait at most. */
const MOST_WAITING = 50;

/** Evaluates policies in a thread, one question at a time; one that takes too long ends with its thread. */
export class ThreadedTrials implements PolicyTrials {
  #thread: Worker | undefined;
  #loaded: string | undefined;
  readonly #turn = pLimit(1);

  constructor(
    /** The compiled `trial-thread.js`. */
    private readonly script: string,
    private readonly limits: TrialLimits = LIMITS,
  ) {}

  async check(rules: readonly PolicyRule[]): Promise<FailureDetail[]> {
    return this.#inTurn(() =>
      this.#ask({ kind: 'check', rules }, this.limits.ask).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'policy_invalid') return error.details ?? [];
        throw error;
      }),
    );
  }

  explain(set: TrialSet, request: DecisionRequest): Promise<Explanation> {
    return this.#inTurn(async () => {
      await this.#load(set);
      return this.#ask({ kind: 'explain', key: set.key, request }, this.limits.ask);
    });
  }

  decide(set: TrialSet, requests: readonly DecisionRequest[]): Promise<Effect[]> {
    return this.#inTurn(async () => {
      await this.#load(set);
      return this.#ask({ kind: 'decide', key: set.key, requests }, this.limits.page);
    });
  }

  async close(): Promise<void> {
    await this.#end();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#turn.pendingCount >= MOST_WAITING) {
      throw new Failure(
        'unavailable',
        'Too many trials of policies are in progress. Try again in a moment.',
        {
          retryAfter: 2,
        },
      );
    }
    return this.#turn(work);
  }

  async #load({ key, revision, documents, origin }: TrialSet): Promise<void> {
    if (this.#loaded === key) return;
    this.#loaded = undefined;
    const { ask, page, load } = this.limits;
    const limit = { drafts: ask, mixed: page, stored: load }[origin];
    await this.#ask({ kind: 'load', key, revision, documents }, limit);
    this.#loaded = key;
  }

  async #ask<Task extends TrialTask>(task: Task, limit: number): Promise<TrialAnswers[Task['kind']]> {
    const thread = (this.#thread ??= await this.#start());
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), limit);
    try {
      const answered = once(thread, 'message', { signal: end.signal });
      thread.postMessage(task);
      // Safe cast: the thread runs trial-thread.ts, which sends nothing else.
      const [reply] = (await answered) as [TrialReply];
      // Safe cast: the thread answers the task that it was sent: one at a time.
      if ('answer' in reply) return reply.answer as TrialAnswers[Task['kind']];
      throw new Failure('invalid', reply.invalid.message, {
        code: 'policy_invalid',
        details: reply.invalid.details,
      });
    } catch (error) {
      if (error instanceof Failure) throw error;
      await this.#end();
      if (!end.signal.aborted) throw error;
      throw new Failure(
        'invalid',
        `The policies must be evaluated within ${limit} ms, and took longer. Use fewer policies, or fewer rules.`,
        { code: 'policies_too_slow', cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** The start does not count towards a limit. */
  async #start(): Promise<Worker> {
    const thread = new Worker(this.script, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    thread.unref();
    await once(thread, 'message');
    // A pending question gets the error from its own listener.
    thread.on('error', () => {
      if (this.#thread === thread) this.#thread = this.#loaded = undefined;
    });
    return thread;
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = this.#loaded = undefined;
    await thread?.terminate();
  }
}
