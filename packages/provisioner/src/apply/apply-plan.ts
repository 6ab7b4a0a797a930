import { randomUUID } from 'node:crypto';
import { DriverError, type ActContext, type Collection } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import {
  fullName,
  nounOf,
  type Change,
  type Desired,
  type Existing,
  type Kind,
} from '../drivers/resource.js';
import { differencesBetween, stepsOf, type Plan, type Step } from '../plan/plan.js';
import type { Reporter } from '../report/reporter.js';
import type { IntentReport } from '../report/types.js';
import { goingWith } from './going-with.js';
import { Interrupted } from './interrupted.js';
import { recallChanges } from './recall-changes.js';
import { capitalized, intentReport, resourceReport, type Outcome } from './outcome.js';
import { asFound, reportExisting } from './report-found.js';

export interface ApplyOptions {
  drivers: Pick<DriverSet, 'for' | 'of' | 'all' | 'named'>;
  reporter: Pick<Reporter, 'report' | 'intend'>;
  /** Aborted: the step under way is finished, no other begins. */
  signal?: AbortSignal;
  /** The same for every attempt at this piece of work. */
  idempotencyKey?: string | undefined;
  /** Whether this is the first attempt: there is nothing to recall. */
  fresh?: boolean | undefined;
  /** What earlier attempts were about to do when they were last heard of. */
  intents?: readonly IntentReport[] | undefined;
  /** Takes what servers print meanwhile. */
  log?: ((line: string) => void) | undefined;
  onOutcome?: (outcome: Outcome) => void;
}

export interface Applied {
  /** One for each thing that was done or found done, in order. */
  outcomes: Outcome[];
  /** Full names of the things whose turn never came, or whose step failed. */
  undone: string[];
  /** Why not all of the plan was done. */
  failure: Error | null;
}

/**
 * Does what the plan says, a step at a time, and reports before and after each. The first failure ends it: what was
 * done stays, and the same command again does the rest.
 */
export async function applyPlan<K extends Kind>(plan: Plan<K>, options: ApplyOptions): Promise<Applied> {
  const run = new Run(plan, options);
  await run.all();
  return run.applied;
}

class Run<K extends Kind> {
  readonly applied: Applied = { outcomes: [], undone: [], failure: null };
  readonly #steps: Step<K>[];
  // Without a key given, each run is a piece of work of its own.
  readonly #context: ActContext;

  constructor(
    private readonly plan: Plan<K>,
    private readonly options: ApplyOptions,
  ) {
    this.#steps = stepsOf(plan);
    const { signal, log } = options;
    this.#context = { idempotencyKey: options.idempotencyKey ?? randomUUID(), signal, log };
  }

  async all(): Promise<void> {
    this.options.reporter.report({ type: 'plan', steps: this.#steps.length });
    this.applied.undone = this.#steps.map(({ name }) => name);
    try {
      const recalled = await this.#recall();
      for (const { action, name, before } of this.plan.entries) {
        if (action === 'unchanged' && !recalled.has(name)) this.#unchanged(before);
        // No part of the plan: the inventory learns of it, and no result counts it.
        if (action === 'left_alone' && !recalled.has(name))
          reportExisting(before, this.plan, this.options.reporter);
      }
      for (const [position, step] of this.#steps.entries()) {
        if (this.options.signal?.aborted) throw new Interrupted();
        await this.#step(step, position + 1);
        this.applied.undone.shift();
      }
    } catch (error) {
      const stopped = this.options.signal?.aborted && (error as Error).name === 'AbortError';
      this.applied.failure = stopped ? new Interrupted() : (error as Error);
    }
  }

  /** Reports what earlier attempts did without living to report it. @returns the names of what the plan is about */
  async #recall(): Promise<Set<string>> {
    const { idempotencyKey, drivers, fresh, intents } = this.options;
    if (idempotencyKey === undefined) return new Set();
    const { infra, kind } = this.plan;
    const recalled = await recallChanges({ drivers, infra, idempotencyKey, fresh, intents });
    for (const change of recalled) this.#done(change.driver, change, true);
    return new Set(recalled.filter((change) => change.kind === kind).map(({ name }) => name));
  }

  async #step(step: Step<K>, index: number): Promise<void> {
    const total = this.#steps.length;
    const name = `${capitalized(step.action)} ${nounOf(this.plan.kind)} ${step.name}`;
    const report = (state: 'started' | 'completed' | 'failed' | 'skipped') =>
      this.options.reporter.report({ type: 'step', name, index, total, state });
    report('started');
    try {
      const changed = await this.#act(step);
      report(changed ? 'completed' : 'skipped');
    } catch (error) {
      report('failed');
      throw error;
    }
  }

  /** @returns false if somebody else had done it meanwhile */
  async #act(step: Step<K>): Promise<boolean> {
    if (step.action === 'create') return this.#create(step.after);
    if (step.action === 'change') {
      const { name, resources } = this.options.drivers.of(step.before);
      const collection: Collection<K> = resources[this.plan.kind];
      await this.#intend('changed', name, step.before, step.after);
      const after = await collection.change(step.before, step.after, this.#context);
      this.#done(name, { kind: this.plan.kind, action: 'changed', before: step.before, after });
      return true;
    }
    const destroyed = await this.#destroy(step.before);
    if (step.action === 'destroy') return destroyed;
    // A replacement is one step: it is not left half done.
    return this.#create(step.after, { ...this.#context, signal: undefined });
  }

  async #create(desired: Desired[K], context = this.#context): Promise<boolean> {
    const { kind } = this.plan;
    const { name, resources } = this.options.drivers.for(desired.provider);
    const collection: Collection<K> = resources[kind];
    await this.#intend('created', name, null, desired);
    const { resource, made } = await collection.create(desired, context);
    if (made) {
      this.#done(name, { kind, action: 'created', before: null, after: resource });
      return true;
    }
    if (differencesBetween(kind, resource, desired).length > 0) {
      throw new DriverError(
        `${capitalized(nounOf(kind))} ${fullName(resource)} was made by somebody else meanwhile, and not as wanted. ` +
          'Run it again.',
      );
    }
    this.#unchanged(resource);
    return false;
  }

  async #destroy(existing: Existing[K]): Promise<boolean> {
    const driver = this.options.drivers.of(existing);
    const { name, resources } = driver;
    const collection: Collection<K> = resources[this.plan.kind];
    // Each intended by itself, in the order in which they go: the journal's order is how they come back.
    for (const going of await goingWith(this.plan.kind, existing, driver))
      await this.#intend('destroyed', name, going.existing, null, going.kind);
    const changes = await collection.destroy(existing, this.#context);
    for (const change of changes) this.#done(name, change);
    return changes.length > 0;
  }

  /** Written down before the act: what nobody lives to tell of is known to have been begun. */
  #intend(
    action: IntentReport['action'],
    driver: string,
    before: Existing[Kind] | null,
    after: Desired[Kind] | null,
    kind: Kind = this.plan.kind,
  ): Promise<void> {
    const { infra } = this.plan;
    return this.options.reporter.intend(intentReport(infra, kind, action, driver, before, after));
  }

  #unchanged(resource: Existing[K]): void {
    this.#settle(asFound(this.plan.kind, resource));
  }

  /** @returns the full name */
  #done(driver: string, change: Change, earlier = false): string {
    const resource = change.after ?? change.before;
    const name = resource ? fullName(resource) : '';
    this.#settle({ ...change, name, driver, ...(earlier ? { earlier } : {}) });
    return name;
  }

  #settle(outcome: Outcome): void {
    this.options.reporter.report(resourceReport(this.plan.infra, outcome));
    this.applied.outcomes.push(outcome);
    this.options.onOutcome?.(outcome);
  }
}
