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

/** A driver or a server that did not answer. */
interface Unanswered {
  driver: string;
  kind: Kind;
  reason: string;
  /**
   * The server that did not answer; things of that kind on other servers are known. Null if it is not known which server
   * it is: any server that was not found may be it. Absent if the driver has no answer for that kind at all.
   */
  server?: string | null;
}

/** What the providers report about one infra. */
export interface SurveyedInfra {
  infra: string;
  things: { kind: Kind; name: string; driver: string; body: Existing[Kind] }[];
  /** Drivers that did not answer. */
  unanswered: Unanswered[];
}

/** The data of a survey's result. */
export interface Survey {
  /** Names of the drivers that were asked. */
  drivers: string[];
  infras: SurveyedInfra[];
}

/** Changes nothing. Drivers that fail are listed; the answers of the others are still valid. */
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
