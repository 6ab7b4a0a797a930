import { onlyReadable, type Readable } from '../access/only-readable.js';
import type { InventoryStore } from '../rollback/inventory-store.js';
import { keyOf } from '../rollback/resource-key.js';
import type { Submitter } from '../workflow/submitter.js';
import { driftOf, type Drift } from './drift.js';
import type { SurveyService } from './survey-service.js';

/** Compares the inventory with the providers. Changes neither. */
export class DriftService {
  constructor(
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
  ) {}

  /**
   * @param infra compares only this infra; all infras where undefined
   * @param readable selects what the user may read; other resources are neither surveyed nor shown
   * @throws Failure `unavailable` (`survey_failed`)
   */
  async drift(infra: string | undefined, submitter: Submitter, readable: Readable): Promise<Drift> {
    const chosen = infra === undefined ? undefined : [infra];
    const before = onlyReadable(await this.inventory.everything(chosen), readable);
    const infras = chosen ?? [...new Set(before.map((resource) => resource.infra))];
    const survey = await this.surveys.survey(infras, submitter);
    // Resources that changed during the survey are left out: their difference need not be drift.
    const after = new Map((await this.inventory.everything(chosen)).map((one) => [keyOf(one), one.version]));
    const steady = before.filter((one) => after.get(keyOf(one)) === one.version);
    const known = new Set([...before.map(keyOf), ...after.keys()]);
    const { differences } = driftOf(steady, survey);
    return {
      checkedAt: new Date(),
      checked: steady.length,
      differences: onlyReadable(differences, readable).filter(
        (one) => one.drift !== 'unmanaged' || !known.has(keyOf(one)),
      ),
    };
  }
}
