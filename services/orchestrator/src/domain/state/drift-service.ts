import { thingOf } from '../access/act.js';
import type { Thing } from '../access/visibility.js';
import type { InventoryStore } from '../rollback/inventory-store.js';
import type { Submitter } from '../workflow/submitter.js';
import { driftOf, type Drift } from './drift.js';
import type { SurveyService } from './survey-service.js';

/** Compares the inventory with what the providers say; changes neither. */
export class DriftService {
  constructor(
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
  ) {}

  /**
   * @param infra all there are, where absent
   * @param readable those of some things that may be read: the rest is neither asked about nor shown
   */
  async drift(infra: string | undefined, submitter: Submitter, readable: Readable): Promise<Drift> {
    const before = onlyReadable(await this.inventory.everything(infra), readable);
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
      differences: onlyReadable(differences, readable).filter(
        (one) => one.drift !== 'unmanaged' || !known.has(keyOf(one)),
      ),
    };
  }
}

type Readable = (things: readonly Thing[]) => Thing[];

/** Those of some resources that may be read. */
function onlyReadable<T extends { infra: string; kind: string; name: string; provider?: string }>(
  resources: readonly T[],
  readable: Readable,
): T[] {
  const things = resources.map(({ infra, kind, name, provider = null }) => ({
    ...thingOf(kind, name),
    infra,
    provider,
  }));
  const allowed = new Set(readable(things));
  return resources.filter((_resource, index) => allowed.has(things[index]!));
}

function keyOf({ infra, kind, name }: { infra: string; kind: string; name: string }): string {
  return JSON.stringify([infra, kind, name]);
}
