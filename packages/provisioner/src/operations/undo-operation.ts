import { asSentence, errorOf } from '@provisioning/errors';
import {
  capitalized,
  countsOf,
  Interrupted,
  listed,
  recallChanges,
  renderOutcome,
  resourceReport,
  combineRefusals,
  type Outcome,
} from '../apply/index.js';
import { DriverError } from '../drivers/driver.js';
import { fullName, KINDS, nounOf, type Kind } from '../drivers/resource.js';
import type { ResourceReport } from '../report/types.js';
import { changesToUndo, type UndoableChange, type WhatToUndo } from './changes-to-undo.js';
import type { OperationContext, OperationResult } from './context.js';
import { settled } from './settle.js';
import { undoChange, type Effect } from './undo-change.js';

// A result is one line of a report.
const MAX_NAMES = 100;

const INVERSE = {
  created: 'Destroy',
  changed: 'Change back',
  destroyed: 'Create again',
  adopted: 'Forget',
  forgotten: 'Adopt',
} as const;

/**
 * Undoes what an operation did, the last change first: the changes that it reported and, unless `exactly` is set, those
 * under its key without a report. Things that are gone already are skipped. Never throws: failures are in the result and
 * the reports.
 */
export function undoOperation(
  changes: readonly ResourceReport[],
  context: OperationContext,
  what: WhatToUndo = {},
): Promise<OperationResult> {
  return settled(context, async () => {
    const steps = (await changesToUndo(changes, context, what)).reverse();
    // All drivers must be available before the first act.
    for (const { action, driver } of steps) if (action !== 'adopted') context.drivers.named(driver);
    context.reporter.report({ type: 'plan', steps: steps.length });
    const undo = new Undo(steps, context);
    if (context.check) {
      steps.forEach((step) => context.log(titleOf(step)));
      return { message: 'Nothing was changed: check mode', data: undo.data };
    }
    await undo.all();
    return { message: undo.message, data: undo.data };
  });
}

/** Differs from the operation's key: changes made by an undo must never be taken for changes to undo. */
export function undoKey(idempotencyKey: string): string {
  return `${idempotencyKey}:undo`;
}

class Undo {
  readonly #outcomes: Outcome[] = [];
  readonly #already: Record<'already_gone' | 'already_there', string[]> = {
    already_gone: [],
    already_there: [],
  };
  /** Ids of things that turned out to be gone already. */
  readonly #gone: { kind: Kind; name: string; id: string }[] = [];
  /** Steps that failed, and those that had to wait for them. */
  readonly #notUndone: UndoableChange[] = [];
  #done = 0;
  #begun = 0;

  constructor(
    private readonly steps: readonly UndoableChange[],
    private readonly context: OperationContext,
  ) {}

  async all(): Promise<void> {
    const { drivers, infra, signal, fresh, intents } = this.context;
    const kinds = KINDS.filter((kind) => this.steps.some((step) => step.kind === kind));
    const recalling = { drivers, infra, idempotencyKey: this.#key, fresh, kinds, intents };
    for (const change of await recallChanges(recalling)) {
      this.#settle(change.driver, change, true);
    }
    const failures: DriverError[] = [];
    try {
      for (const step of this.steps) {
        if (signal.aborted) throw new Interrupted();
        // A step that depends on a failed one is not tried.
        if (this.#notUndone.some((failed) => isBound(step, failed))) this.#notUndone.push(step);
        else failures.push(...(await this.#tryStep(step)));
      }
      if (failures.length > 0) throw combineRefusals(failures);
    } catch (error) {
      throw this.#withWhatIsDone(error);
    }
  }

  /** @returns the failures of the step, if its driver reported any */
  async #tryStep(step: UndoableChange): Promise<DriverError[]> {
    try {
      await this.#step(step);
      return [];
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      this.#notUndone.push(step);
      return [error];
    }
  }

  get message(): string {
    const gone = this.#already.already_gone.length;
    const things = this.#done - gone - this.#already.already_there.length;
    if (this.steps.length === 0) return 'Nothing to undo';
    const already = gone > 0 ? `; ${gone} had already been undone` : '';
    return `Undone: ${things} of ${changes(this.steps.length)}${already}`;
  }

  get data() {
    return {
      check: this.context.check,
      changes: this.steps.length,
      done: countsOf(this.#outcomes),
      already_gone: this.#already.already_gone.slice(0, MAX_NAMES),
      gone: this.#gone,
      already_there: this.#already.already_there.slice(0, MAX_NAMES),
    };
  }

  get #key(): string {
    return undoKey(this.context.idempotencyKey);
  }

  async #step(step: UndoableChange): Promise<void> {
    const { reporter, log, signal } = this.context;
    const [index, total] = [++this.#begun, this.steps.length];
    const title = titleOf(step);
    const report = (state: 'started' | 'completed' | 'failed' | 'skipped') =>
      reporter.report({ type: 'step', name: title, index, total, state });
    report('started');
    try {
      const undone = await undoChange(step, this.context, { idempotencyKey: this.#key, signal, log });
      if (undone.state === 'undone') {
        for (const change of undone.changes) this.#settle(step.driver, change);
      } else {
        const what = `${nounOf(step.kind)} ${step.name}`;
        this.#already[undone.state].push(what);
        if (undone.state === 'already_gone' && step.after)
          this.#gone.push({ kind: step.kind, name: step.name, id: step.after.id });
        const is = undone.state === 'already_gone' ? 'is gone already' : 'already has its earlier state';
        log(`${capitalized(what)} ${is}`);
      }
      report(undone.state === 'undone' ? 'completed' : 'skipped');
      this.#done++;
    } catch (error) {
      report('failed');
      throw error;
    }
  }

  #settle(driver: string, change: Effect, earlier = false): void {
    const resource = change.after ?? change.before;
    if (!resource) return;
    const outcome: Outcome = { ...change, name: fullName(resource), driver, ...(earlier ? { earlier } : {}) };
    this.context.reporter.report(resourceReport(this.context.infra, outcome));
    this.#outcomes.push(outcome);
    const line = renderOutcome(outcome);
    if (line !== null) this.context.log(line);
  }

  #withWhatIsDone(error: unknown): unknown {
    const begun = this.#done + this.#notUndone.length;
    const rest = [...this.#notUndone, ...this.steps.slice(begun)].map(
      ({ kind, name }) => `${nounOf(kind)} ${name}`,
    );
    const state =
      `Done: ${this.#done} of ${changes(this.steps.length)}. Not undone: ${listed(rest)}. ` +
      'Run the rollback again to undo the rest.';
    const stopped = this.context.signal.aborted && errorOf(error).name === 'AbortError';
    if (stopped || error instanceof Interrupted) return Object.assign(new Interrupted(), { message: state });
    if (!(error instanceof DriverError)) return error;
    return new DriverError(`${asSentence(error.message)} ${state}`, {
      cause: error,
      permanent: error.permanent,
    });
  }
}

/** Whether one of the two depends on the other, or both are the same thing: they share a server or their name. */
function isBound(one: UndoableChange, other: UndoableChange): boolean {
  const places = new Set(placesOf(one));
  return placesOf(other).some((place) => places.has(place));
}

function placesOf({ kind, name, before, after }: UndoableChange): string[] {
  if (kind === 'server') return [name];
  if (kind === 'taskserv') return [name.split('/')[0] ?? ''];
  const servers = [before, after].flatMap((cluster) =>
    cluster && 'servers' in cluster ? cluster.servers : [],
  );
  return [`cluster ${name}`, ...servers];
}

function titleOf({ kind, name, action }: UndoableChange): string {
  return `${INVERSE[action]} ${nounOf(kind)} ${name}`;
}

function changes(count: number): string {
  return `${count} ${count === 1 ? 'change' : 'changes'}`;
}
