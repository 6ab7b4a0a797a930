import type { Question } from '@provisioning/policy';
import type { OperationSpec } from '../batch/batch.js';
import { findPlacement } from '../batch/placement.js';
import type { InventoryStore } from '../rollback/inventory-store.js';
import { scopeOfWork } from '../workflow/workflow-service.js';
import { actsOfOperation } from './acts-of.js';
import { actQuestions, doQuestions, scopeOf, type Carrier } from './scope.js';

/** A workflow as it is stored. */
export interface StoredWorkflow {
  id: string;
  infra: string;
  verb: readonly string[];
  args: readonly string[];
  checkMode: boolean;
  /** The id of the user who submitted it. */
  owner: string;
}

/** A batch, or the batch of a rollback, as it is stored. */
export interface StoredBatch {
  id: string;
  kind: 'batch' | 'rollback';
  name: string;
  owner: string;
  specs: readonly OperationSpec[];
}

/** Reads submitted work in pages, oldest first. It needs no column that the schema of 0.1 lacks. */
export interface StoredWorkReader {
  workflows(from: Date, to: Date): AsyncIterable<readonly StoredWorkflow[]>;
  batches(from: Date, to: Date): AsyncIterable<readonly StoredBatch[]>;
}

/** What a user asked of the policies by submitting work, in the questions of this version. */
export interface StoredQuestion extends Omit<Question, 'alsoKnownAs'> {
  userId: string;
}

/**
 * The questions that this version would ask about stored work, each once. The control center decides on them before a
 * release that asks more questions than the one that runs is rolled out.
 */
export async function questionsOfStoredWork(
  reader: StoredWorkReader,
  inventory: Pick<InventoryStore, 'providersOf'>,
  from: Date,
  to: Date,
): Promise<{ questions: StoredQuestion[]; workflows: number; batches: number }> {
  const distinct = new Map<string, StoredQuestion>();
  const add = (userId: string, questions: readonly Question[]) => {
    for (const { action, resource, context, mode } of questions) {
      const question = { userId, action, resource, context, mode };
      distinct.set(JSON.stringify(question), question);
    }
  };
  let [workflows, batches] = [0, 0];
  for await (const page of reader.workflows(from, to)) {
    for (const workflow of page) add(workflow.owner, actQuestions(scopeOfWork(workflow, workflow.owner)));
    workflows += page.length;
  }
  for await (const page of reader.batches(from, to)) {
    for (const batch of page) add(batch.owner, await questionsOfBatch(batch, inventory));
    batches += page.length;
  }
  return { questions: [...distinct.values()], workflows, batches };
}

async function questionsOfBatch(
  { kind, name, owner, specs }: StoredBatch,
  inventory: Pick<InventoryStore, 'providersOf'>,
): Promise<Question[]> {
  const { elsewhere } = await findPlacement(specs, inventory);
  const acts = specs.flatMap((spec) => actsOfOperation(spec, elsewhere(spec)));
  const isBatch = kind === 'batch';
  const carrier: Carrier = isBatch ? [`batches:${name}`] : ['rollbacks:*'];
  return doQuestions('execute', carrier, scopeOf(owner, acts, isBatch ? { batch: name } : {}));
}
