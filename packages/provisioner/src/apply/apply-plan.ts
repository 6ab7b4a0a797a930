import { randomUUID } from 'node:crypto';
import { DriverError, type ActContext, type Change, type Driver, type Server } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import { differencesBetween, stepsOf, type Plan, type Step } from '../plan/plan.js';
import type { Reporter } from '../report/reporter.js';
import { Interrupted } from './interrupted.js';
import { resourceReport, type Outcome } from './outcome.js';

export interface ApplyOptions {
  drivers: Pick<DriverSet, 'for' | 'of' | 'all'>;
  reporter: Reporter;
  /** Aborted: the step under way is finished, no other begins. */
  signal?: AbortSignal;
  /** The same for every attempt at this piece of work. */
  idempotencyKey?: string | undefined;
  onOutcome?: (outcome: Outcome) => void;
}

export interface Applied {
  /** One for each thing that was done or found done, in order. */
  outcomes: Outcome[];
  /** Names of the servers whose turn never came, or whose step failed. */
  undone: string[];
  /** Why not all of the plan was done. */
  failure: Error | null;
}

/**
 * Does what the plan says, a step at a time, and reports before and after each. The first failure ends it: what was
 * done stays, and the same command again does the rest.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Applied> {
  const run = new Run(plan, options);
  await run.all();
  return run.applied;
}

class Run {
  readonly applied: Applied = { outcomes: [], undone: [], failure: null };
  readonly #steps: Step[];
  // Without a key given, each run is a piece of work of its own.
  readonly #context: ActContext;

  constructor(
    private readonly plan: Plan,
    private readonly options: ApplyOptions,
  ) {
    this.#steps = stepsOf(plan);
    this.#context = { idempotencyKey: options.idempotencyKey ?? randomUUID(), signal: options.signal };
  }

  async all(): Promise<void> {
    this.options.reporter.report({ type: 'plan', steps: this.#steps.length });
    this.applied.undone = this.#steps.map(({ name }) => name);
    try {
      const recalled = await this.#recall();
      for (const entry of this.plan.entries) {
        if (entry.action === 'unchanged' && !recalled.has(entry.name)) {
          const driver = entry.before.driver;
          this.#settle({
            name: entry.name,
            action: 'unchanged',
            driver,
            before: entry.before,
            after: entry.after,
          });
        }
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

  /** Reports what an earlier attempt did without living to report it. @returns the names of those servers */
  async #recall(): Promise<Set<string>> {
    const { idempotencyKey, drivers } = this.options;
    const mentioned = new Set(this.plan.entries.map(({ name }) => name));
    const names = new Set<string>();
    if (idempotencyKey === undefined) return names;
    for (const driver of drivers.all) {
      for (const change of await driver.recall(this.plan.infra, idempotencyKey)) {
        const name = (change.after ?? change.before)?.name;
        if (name === undefined || !mentioned.has(name)) continue;
        names.add(name);
        this.#settle({ ...change, name, driver: driver.name, earlier: true });
      }
    }
    return names;
  }

  async #step(step: Step, index: number): Promise<void> {
    const total = this.#steps.length;
    const name = `${step.action[0]?.toUpperCase()}${step.action.slice(1)} server ${step.name}`;
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
  async #act(step: Step): Promise<boolean> {
    if (step.action === 'create') return this.#create(step.after);
    if (step.action === 'change') {
      const driver = this.options.drivers.of(step.before);
      const after = await driver.change(step.before, step.after, this.#context);
      this.#done(driver, { action: 'changed', before: step.before, after });
      return true;
    }
    const destroyed = await this.#destroy(step.before);
    if (step.action === 'destroy') return destroyed;
    // A replacement is one step: it is not left half done.
    return this.#create(step.after, { ...this.#context, signal: undefined });
  }

  async #create(
    desired: Extract<Step, { action: 'create' }>['after'],
    context = this.#context,
  ): Promise<boolean> {
    const driver = this.options.drivers.for(desired.provider);
    const { server, made } = await driver.create(desired, context);
    if (made) {
      this.#done(driver, { action: 'created', before: null, after: server });
      return true;
    }
    if (differencesBetween(server, desired).length > 0) {
      throw new DriverError(
        `Server ${server.name} was made by somebody else meanwhile, and not as the settings say. Run the command again.`,
      );
    }
    this.#settle({
      name: server.name,
      action: 'unchanged',
      driver: driver.name,
      before: server,
      after: server,
    });
    return false;
  }

  async #destroy(server: Server): Promise<boolean> {
    const driver = this.options.drivers.of(server);
    const before = await driver.destroy(server.infra, server.name, this.#context);
    if (before) this.#done(driver, { action: 'destroyed', before, after: null });
    return before !== null;
  }

  #done(driver: Driver, change: Change): void {
    const name = (change.after ?? change.before)?.name ?? '';
    this.#settle({ ...change, name, driver: driver.name });
  }

  #settle(outcome: Outcome): void {
    this.options.reporter.report(resourceReport(this.plan.infra, outcome));
    this.applied.outcomes.push(outcome);
    this.options.onOutcome?.(outcome);
  }
}
