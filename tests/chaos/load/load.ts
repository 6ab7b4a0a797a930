import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { System } from '../system/system.js';
import { BatchLoad } from './batch-load.js';
import type { Client } from './client.js';
import { command } from './command.js';
import type { Submission } from './submission.js';

export interface LoadOptions {
  /**
   * Off for the control, which has no infra locks, no keys and no way to end what a command leaves: it must not fail
   * because of that.
   */
  demanding: boolean;
}

const GAP_MS = 140;
const KEYED = 0.5;
const CANCELLED = 0.06;
const SHARED = 0.15;
const SHARED_INFRAS = ['shared-a', 'shared-b', 'shared-c', 'shared-d'];
const RETRY_MS = [200, 900] as const;
const MAX_TRIES_IN_STORM = 12;

/** Submits work through the API, at a steady pace in all circumstances. */
export class Load {
  readonly submissions: Submission[] = [];
  readonly batches: BatchLoad;
  readonly #underWay = new Set<Promise<void>>();
  #cancels = 0;

  constructor(
    private readonly system: System,
    private readonly client: Client,
    private readonly random: Random,
    private readonly options: LoadOptions,
  ) {
    this.batches = new BatchLoad(client, random.stream('batches'), () => this.#anyApi());
  }

  /** Cancels that the API accepted. */
  get cancels(): number {
    return this.#cancels;
  }

  /** Submits until the signal. */
  async run(end: AbortSignal): Promise<void> {
    const batches = this.options.demanding ? this.batches.run(end) : Promise.resolve();
    for (let number = 1; !end.aborted; number++) {
      const asked = this.#ask(number, end).finally(() => this.#underWay.delete(asked));
      this.#underWay.add(asked);
      await sleep(this.random.between(0, 2 * GAP_MS));
    }
    await Promise.all([...this.#underWay, batches]);
  }

  /** A client that sent a key may repeat the request until it has an answer: after the storm, all do. */
  async askAgain(): Promise<void> {
    const open = this.submissions.filter(({ accepted, key }) => accepted === undefined && key !== undefined);
    await Promise.all(open.map((submission) => this.#try(submission)));
    await this.batches.askAgain();
  }

  #anyApi(): string | undefined {
    const up = this.system.apis.flatMap(({ url }) => (url === undefined ? [] : [url]));
    return up.length === 0 ? undefined : this.random.of(up);
  }

  async #ask(number: number, end: AbortSignal): Promise<void> {
    // A separate stream for each: the time that others wait for an answer does not change what is drawn here.
    const random = this.random.stream(`task ${number}`);
    const { demanding } = this.options;
    const shared = demanding && random.chance(SHARED);
    const { seconds, shape } = command(random, { demanding, short: shared });
    const submission: Submission = {
      marker: `sleep-${seconds}-${shape}-${number}.yaml`,
      infra: shared ? random.of(SHARED_INFRAS) : `own-${number}`,
      checkMode: shared && random.chance(0.1),
      key: demanding && random.chance(KEYED) ? randomUUID() : undefined,
      answers: [],
      accepted: undefined,
    };
    const cancelAfter = demanding && random.chance(CANCELLED) ? random.between(0, 2_500) : undefined;
    this.submissions.push(submission);
    const tries = submission.key === undefined ? 1 : MAX_TRIES_IN_STORM;
    for (let attempt = 1; attempt <= tries && submission.accepted === undefined; attempt++) {
      if (attempt > 1) await sleep(random.between(...RETRY_MS));
      if (attempt > 1 && end.aborted) break;
      await this.#try(submission);
    }
    if (cancelAfter !== undefined && submission.accepted !== undefined) {
      await sleep(cancelAfter);
      const path = `/tasks/${submission.accepted}/cancel`;
      const { status } = await this.client.call(this.#anyApi(), path, { method: 'POST' });
      if (status === 200) this.#cancels++;
    }
  }

  async #try(submission: Submission): Promise<void> {
    const { infra, marker: settings, checkMode: check_mode, key } = submission;
    const { status, data } = await this.client.call(this.#anyApi(), '/workflows/servers/create', {
      body: { infra, settings, check_mode, wait: false },
      ...(key === undefined ? {} : { key }),
    });
    submission.answers.push(status);
    if (status === 200) submission.accepted = String(data);
  }
}
