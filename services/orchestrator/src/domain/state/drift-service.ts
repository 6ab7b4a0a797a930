import type { InventoryStore } from '../ports.js';
import type { Submitter } from '../workflow/submitter.js';
import { driftOf, type Drift } from './drift.js';
import type { SurveyService } from './survey-service.js';

/** Compares the inventory with what the providers say; changes neither. */
export class DriftService {
  constructor(
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
  ) {}

  /** @param infra all there are, where absent */
  async drift(infra: string | undefined, submitter: Submitter): Promise<Drift> {
    const before = await this.inventory.everything(infra);
    const infras = infra === undefined ? [...new Set(before.map((resource) => resource.infra))] : [infra];
    const survey = await this.surveys.survey(infras, submitter);
    // What was made or destroyed while they were asked is no drift: only what the inventory says before and after counts.
    const after = new Map((await this.inventory.everything(infra)).map((one) => [keyOf(one), one.version]));
    const steady = before.filter((one) => after.get(keyOf(one)) === one.version);
    const known = new Set([...before.map(keyOf), ...after.keys()]);
    const { differences } = driftOf(steady, survey);
    return {
      checkedAt: new Date(),
      checked: steady.length,
      differences: differences.filter((one) => one.drift !== 'unmanaged' || !known.has(keyOf(one))),
    };
  }
}

function keyOf({ infra, kind, name }: { infra: string; kind: string; name: string }): string {
  return JSON.stringify([infra, kind, name]);
}
