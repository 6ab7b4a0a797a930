import { Interrupted } from '../apply/index.js';
import { DriverError, sightingOf, type Collection } from '../drivers/driver.js';
import { fullName, KINDS, type Existing, type Kind } from '../drivers/resource.js';
import type { OperationContext, OperationResult } from './context.js';
import { settled } from './settle.js';

/** Asks the providers what exists. */
export interface SurveyOperation {
  id: string;
  type: 'survey';
  infras: readonly string[];
}

/** What could not be asked. */
interface Unanswered {
  driver: string;
  kind: Kind;
  reason: string;
  /**
   * The server that did not answer: things of that kind on others are known. Null where it is not known which server that
   * is: any that was not found may be it. Absent where the driver could say nothing at all of that kind.
   */
  server?: string | null;
}

/** What the providers say about one infra. */
export interface SurveyedInfra {
  infra: string;
  things: { kind: Kind; name: string; driver: string; body: Existing[Kind] }[];
  /** Drivers that could not say. */
  unanswered: Unanswered[];
}

/** What a survey reports as its result's data. */
export interface Survey {
  /** Names of the drivers that were asked. */
  drivers: string[];
  infras: SurveyedInfra[];
}

/** Changes nothing. Drivers that fail are told of; the others' answers count all the same. */
export function surveyOperation(
  { infras }: SurveyOperation,
  context: OperationContext,
): Promise<OperationResult> {
  return settled(context, async () => {
    const surveyed: SurveyedInfra[] = [];
    for (const infra of infras) {
      if (context.signal.aborted) throw new Interrupted();
      surveyed.push(await surveyInfra(infra, context));
    }
    const count = surveyed.reduce((sum, { things }) => sum + things.length, 0);
    const drivers = [...context.drivers.all.map(({ name }) => name), ...context.drivers.faults.keys()];
    const data: Survey = { drivers, infras: surveyed };
    return {
      message: `Found ${count} ${count === 1 ? 'resource' : 'resources'} in ${infras.length} infras`,
      data,
    };
  });
}

async function surveyInfra(infra: string, { drivers }: OperationContext): Promise<SurveyedInfra> {
  const surveyed: SurveyedInfra = { infra, things: [], unanswered: [] };
  const asked = drivers.all.flatMap((driver) => KINDS.map((kind) => ({ driver, kind })));
  await Promise.all(
    asked.map(async ({ driver, kind }) => {
      try {
        const collection: Collection<Kind> = driver.resources[kind];
        const { found, silent } = await sightingOf(collection, infra);
        surveyed.unanswered.push(...silent.map((silence) => ({ driver: driver.name, kind, ...silence })));
        for (const body of found)
          surveyed.things.push({ kind, name: fullName(body), driver: driver.name, body });
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        surveyed.unanswered.push({ driver: driver.name, kind, reason: error.message });
      }
    }),
  );
  for (const [driver, { message: reason }] of drivers.faults)
    surveyed.unanswered.push(...KINDS.map((kind) => ({ driver, kind, reason })));
  return surveyed;
}
