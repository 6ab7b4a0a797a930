import { errorOf } from '@provisioning/errors';
import { randomUUID } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { DriverError, type ActContext, type Collection, type Driver } from '../drivers/driver.js';
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
import { destroyedWith } from './destroyed-with.js';
import { Interrupted } from './interrupted.js';
import { recallChanges } from './recall-changes.js';
import { capitalized, intentReport, resourceReport, type Outcome } from './outcome.js';
import { asFound, reportExisting } from './report-found.js';
import { StepOutcomes } from './step-outcomes.js';
import { combineErrors } from './combine-errors.js';

/** What {@link applyPlan} needs beside the plan. */
export interface ApplyOptions {
  drivers: Pick<DriverSet, 'for' | 'of' | 'all' | 'named'>;
  reporter: Pick<Reporter, 'report' | 'intend'>;
  /** When it is aborted, the running steps are finished and no other step starts. */
  signal?: AbortSignal;
  /** The idempotency key: the same for every attempt at this piece of work. */
  idempotencyKey?: string | undefined;
  /** Whether this is the first attempt, so that there is nothing to recall. */
  fresh?: boolean | undefined;
  /** The intents that earlier attempts stored. */
  intents?: readonly IntentReport[] | undefined;
  /** Receives the lines that servers print. */
  log?: ((line: string) => void) | undefined;
  onOutcome?: (outcome: Outcome) => void;
}

/** The result of {@link applyPlan}. */
export interface Applied {
  /** One for each thing that was changed or found unchanged, in the order of the steps. */
  outcomes: Outcome[];
  /** Full names of the things whose step failed or never started. */
  undone: string[];
  /** Why the plan was not applied completely; absent if it was. */
  failure: Error | null;
}

/**
 * Applies a plan and reports each step before and after it. Servers are made concurrently, up to the limit of their
 * driver. All other steps run one at a time, because later steps depend on earlier ones. After the first failure no
 * step starts; running steps are finished and what was done stays. The same command again does the rest.
 */
export async function applyPlan<K extends Kind>(plan: Plan<K>, options: ApplyOptions): Promise<Applied> {
  const run = new Run(plan, options);
  await run.all();
  return run.applied;
}

type Settle = (outcome: Outcome) => void;

class Run<K extends Kind> {
  readonly applied: Applied = { outcomes: [], undone: [], failure: null };
  readonly #steps: Step<K>[];
  // Without a key, each run is a piece of work of its own.
  readonly #context: ActContext;
  readonly #outcomes = new StepOutcomes((outcome) => this.#handOn(outcome));

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
        if (action === 'unchanged' && !recalled.has(name)) this.#settle(asFound(this.plan.kind, before));
        // Not part of the plan: it updates the inventory and does not count in the result.
        if (action === 'left_alone' && !recalled.has(name))
          reportExisting(before, this.plan, this.options.reporter);
      }
      await this.#allSteps();
    } catch (error) {
      const stopped = this.options.signal?.aborted && errorOf(error).name === 'AbortError';
      this.applied.failure = stopped ? new Interrupted() : errorOf(error);
    }
  }

  /** Reports what earlier attempts did and did not report. @returns the full names of the plan's things among it */
  async #recall(): Promise<Set<string>> {
    const { idempotencyKey, drivers, fresh, intents } = this.options;
    if (idempotencyKey === undefined) return new Set();
    const { infra, kind } = this.plan;
    const recalled = await recallChanges({
      drivers,
      infra,
      idempotencyKey,
      fresh,
      intents,
      kinds: [kind],
      // A server that did not answer is blocked in the plan, too. The next attempt recalls it.
      onSilence: ({ reason }) => this.options.log?.(`Not recalled: ${reason}`),
    });
    for (const change of recalled) this.#settle({ ...outcomeOf(change.driver, change), earlier: true });
    return new Set(recalled.filter((change) => change.kind === kind).map(({ name }) => name));
  }

  async #allSteps(): Promise<void> {
    const lanes = new Map<string, LimitFunction>();
    const failures = new Map<number, Error>();
    const undone = new Set(this.#steps.keys());
    await Promise.all(
      this.#steps.map((step, position) =>
        this.#laneOf(
          step,
          lanes,
        )(async () => {
          // The signal applies only to steps that have not started.
          if (failures.size === 0 && this.options.signal?.aborted) failures.set(position, new Interrupted());
          if (failures.size > 0) return;
          try {
            await this.#step(step, position);
            undone.delete(position);
          } catch (error) {
            failures.set(position, errorOf(error));
          } finally {
            this.#outcomes.end(position);
          }
        }),
      ),
    );
    this.#outcomes.endAll();
    this.applied.undone = [...undone].map((position) => this.#steps[position]?.name ?? '');
    const inOrder = [...failures].sort(([one], [other]) => one - other).map(([, failure]) => failure);
    if (inOrder.length > 0) throw combineErrors(inOrder);
  }

  /** The steps of one lane run one after the other where they must. */
  #laneOf(step: Step<K>, lanes: Map<string, LimitFunction>): LimitFunction {
    const { name, serversAtOnce } = this.#driverOf(step);
    const [lane, atOnce] = this.plan.kind === 'server' ? [name, serversAtOnce] : ['', 1];
    const limit = lanes.get(lane) ?? pLimit(atOnce);
    lanes.set(lane, limit);
    return limit;
  }

  #driverOf(step: Step<K>): Driver {
    const { drivers } = this.options;
    return step.action === 'create' ? drivers.for(step.after.provider) : drivers.of(step.before);
  }

  async #step(step: Step<K>, position: number): Promise<void> {
    const [index, total] = [position + 1, this.#steps.length];
    const name = `${capitalized(step.action)} ${nounOf(this.plan.kind)} ${step.name}`;
    const report = (state: 'started' | 'completed' | 'failed' | 'skipped') =>
      this.options.reporter.report({ type: 'step', name, index, total, state });
    report('started');
    try {
      const changed = await this.#act(step, (outcome) => this.#settle(outcome, position));
      report(changed ? 'completed' : 'skipped');
    } catch (error) {
      report('failed');
      throw error;
    }
  }

  /** @returns false if another process had already done it */
  async #act(step: Step<K>, settle: Settle): Promise<boolean> {
    if (step.action === 'create') return this.#create(step.after, settle);
    if (step.action === 'change') {
      const { name, resources } = this.#driverOf(step);
      const collection: Collection<K> = resources[this.plan.kind];
      await this.#intend('changed', name, step.before, step.after);
      const after = await collection.change(step.before, step.after, this.#context);
      settle(outcomeOf(name, { kind: this.plan.kind, action: 'changed', before: step.before, after }));
      return true;
    }
    const destroyed = await this.#destroy(step.before, settle);
    if (step.action === 'destroy') return destroyed;
    // A replacement is one step: it is never interrupted between its two halves.
    return this.#create(step.after, settle, { ...this.#context, signal: undefined });
  }

  async #create(desired: Desired[K], settle: Settle, context = this.#context): Promise<boolean> {
    const { kind } = this.plan;
    const { name, resources } = this.options.drivers.for(desired.provider);
    const collection: Collection<K> = resources[kind];
    await this.#intend('created', name, null, desired);
    const { resource, made } = await collection.create(desired, context);
    if (made) {
      settle(outcomeOf(name, { kind, action: 'created', before: null, after: resource }));
      return true;
    }
    if (differencesBetween(kind, resource, desired).length > 0) {
      throw new DriverError(
        `${capitalized(nounOf(kind))} ${fullName(resource)} was created by another process in the meantime, with a different configuration. ` +
          'Run the command again.',
      );
    }
    settle(asFound(this.plan.kind, resource));
    return false;
  }

  async #destroy(existing: Existing[K], settle: Settle): Promise<boolean> {
    const driver = this.options.drivers.of(existing);
    const { name, resources } = driver;
    const collection: Collection<K> = resources[this.plan.kind];
    // One intent each, in the order of the acts, because an undo reverses the order of the journal.
    for (const going of await destroyedWith(this.plan.kind, existing, driver))
      await this.#intend('destroyed', name, going.existing, null, going.kind);
    const changes = await collection.destroy(existing, this.#context);
    for (const change of changes) settle(outcomeOf(name, change));
    return changes.length > 0;
  }

  /** Stored before the act. If this process dies during the act, the intent shows that it was started. */
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

  /** Reported at once; passed on in the order of the steps. */
  #settle(outcome: Outcome, position?: number): void {
    this.options.reporter.report(resourceReport(this.plan.infra, outcome));
    if (position === undefined) this.#handOn(outcome);
    else this.#outcomes.add(position, outcome);
  }

  #handOn(outcome: Outcome): void {
    this.applied.outcomes.push(outcome);
    this.options.onOutcome?.(outcome);
  }
}

function outcomeOf(driver: string, change: Change): Outcome {
  const resource = change.after ?? change.before;
  return { ...change, name: resource ? fullName(resource) : '', driver };
}
