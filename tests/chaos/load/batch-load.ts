import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { Client } from './client.js';
import { command } from './command.js';
import type { Submission } from './submission.js';

const GAP_MS = 2_500;
const OPERATIONS = [3, 12] as const;
const DEPENDENCY = 0.3;
const PARALLEL = [1, 4] as const;
const TRIES = 8;
const RETRY_MS = 700;
const NOT_IMPLEMENTED = 501;

interface BatchBody {
  name: string;
  parallel_limit: number;
  operations: {
    id: string;
    type: 'command_batch';
    infra: string;
    dependencies: string[];
    commands: string[];
  }[];
}

/** An operation as `GET /batch/operations/{id}` shows it. */
interface OperationSeen {
  id: string;
  status: string;
  task_id?: string;
}

/** A batch as it is shown, with the limit and the graph that were requested. */
export interface BatchSeen {
  batch_id: string;
  status: string;
  parallel_limit: number;
  operations: (OperationSeen & { dependencies: string[] })[];
}

/** Random graphs of operations through `POST /batch/execute`. */
export class BatchLoad {
  readonly submissions: Submission[] = [];
  readonly #bodies = new Map<string, BatchBody>();
  /** Whether this platform has batches; undefined while that is unknown. */
  offered: boolean | undefined;

  constructor(
    private readonly client: Client,
    private readonly random: Random,
    private readonly anyApi: () => string | undefined,
  ) {}

  async run(end: AbortSignal): Promise<void> {
    for (let number = 1; !end.aborted && this.offered !== false; number++) {
      const body = randomBatch(this.random, `batch-${number}`);
      const submission: Submission = {
        marker: body.name,
        infra: '',
        checkMode: false,
        key: randomUUID(),
        answers: [],
        accepted: undefined,
      };
      this.submissions.push(submission);
      this.#bodies.set(body.name, body);
      for (let attempt = 1; attempt <= TRIES && !end.aborted; attempt++) {
        if (await this.#try(submission, body)) break;
        await sleep(RETRY_MS);
      }
      await sleep(this.random.between(0, 2 * GAP_MS));
    }
  }

  async askAgain(): Promise<void> {
    if (this.offered === false) return;
    for (const submission of this.submissions) {
      const body = this.#bodies.get(submission.marker);
      if (submission.accepted === undefined && body) await this.#try(submission, body);
    }
  }

  /** The accepted batches as the API shows them now; those without an answer are missing. */
  async seen(): Promise<BatchSeen[]> {
    const seen = this.submissions.map(async ({ accepted, marker }) => {
      const body = this.#bodies.get(marker);
      if (accepted === undefined || !body) return [];
      const { status, data } = await this.client.call(this.anyApi(), `/batch/operations/${accepted}`);
      return status === 200 ? [withWhatWasAsked(data as BatchAnswer, body)] : [];
    });
    return (await Promise.all(seen)).flat();
  }

  async #try(submission: Submission, body: BatchBody): Promise<boolean> {
    const { status, data } = await this.client.call(this.anyApi(), '/batch/execute', {
      body,
      ...(submission.key === undefined ? {} : { key: submission.key }),
    });
    if (status === NOT_IMPLEMENTED) {
      this.offered = false;
      this.submissions.length = 0;
      return true;
    }
    submission.answers.push(status);
    if (status !== 200) return false;
    this.offered = true;
    submission.accepted = (data as { batch_id: string }).batch_id;
    return true;
  }
}

interface BatchAnswer {
  batch_id: string;
  status: string;
  operations: OperationSeen[];
}

function withWhatWasAsked({ batch_id, status, operations }: BatchAnswer, body: BatchBody): BatchSeen {
  const dependencies = new Map(body.operations.map((asked) => [asked.id, asked.dependencies]));
  return {
    batch_id,
    status,
    parallel_limit: body.parallel_limit,
    operations: operations.map((operation) => ({
      ...operation,
      dependencies: dependencies.get(operation.id) ?? [],
    })),
  };
}

/** A graph without cycles: each operation depends on earlier ones only. */
function randomBatch(random: Random, name: string): BatchBody {
  const ids = Array.from({ length: Math.round(random.between(...OPERATIONS)) }, (_, index) => `op-${index}`);
  return {
    name,
    parallel_limit: Math.round(random.between(...PARALLEL)),
    operations: ids.map((id, index) => {
      const { seconds, shape } = command(random, { demanding: true });
      return {
        id,
        type: 'command_batch' as const,
        infra: `${name}-${id}`,
        dependencies: ids.slice(0, index).filter(() => random.chance(DEPENDENCY)),
        commands: [`witness ${seconds} ${shape}`],
      };
    }),
  };
}
