import type { Refusal, ServerStep } from '../driver.js';
import type { Plan, UpcloudApi } from './api.js';
import type { Catalogue } from './catalogue.js';
import { UpcloudError } from './upcloud-error.js';

const COUNTED = { cores: 'cores', memory: 'MB of memory' } as const;

/**
 * Whether the account may have all the servers that are to be made: UpCloud limits its cores and its memory
 * (`GET /1.3/account`). Unknown values count as zero, so that no order is refused that UpCloud would accept.
 */
export async function quotaRefusals(
  api: Pick<UpcloudApi, 'limits' | 'usage'>,
  catalogue: Pick<Catalogue, 'plan'>,
  steps: readonly ServerStep[],
  signal?: AbortSignal,
): Promise<Refusal[]> {
  const made = steps.filter(({ before }) => before === null);
  if (made.length === 0) return [];
  const limits = await api
    .limits(signal)
    .catch((error: unknown): Awaited<ReturnType<UpcloudApi['limits']>> => {
      // A user who may not read the account may still order servers.
      if (error instanceof UpcloudError && error.permanent) return {};
      throw error;
    });
  const servers = await api.usage(signal);
  const running = servers.filter(({ state }) => state !== 'stopped' && state !== 'error');
  const refusals: Refusal[] = [];
  // Safe cast: the keys of the table are these names.
  for (const [what, unit] of Object.entries(COUNTED) as [keyof typeof COUNTED, string][]) {
    const limit = limits[what];
    if (limit === undefined) continue;
    const used = running.reduce((sum, server) => sum + needOf(server)[what], 0);
    let total = used;
    for (const { after } of made) {
      total += needOf(await catalogue.plan(after.plan, after.name))[what];
      if (total <= limit) continue;
      refusals.push({ name: after.name, reason: exceeded(after.name, unit, { limit, used, total }) });
      break;
    }
  }
  return refusals;
}

function needOf({ core_number: cores, memory_amount: memory }: Pick<Plan, 'core_number' | 'memory_amount'>) {
  return { cores: Number(cores ?? 0), memory: Number(memory ?? 0) };
}

function exceeded(
  name: string,
  unit: string,
  { limit, used, total }: { limit: number; used: number; total: number },
): string {
  return (
    `UpCloud allows this account ${limit} ${unit}, of which its servers use ${used}: with server ${name} they would be ` +
    `${total}. Choose smaller plans, delete servers, or request a higher limit from UpCloud. Nothing was changed.`
  );
}
