import type { IntentReport, Report, ResourceReport } from '@provisioning/provisioner/report';
import type { JournalRecord } from '../domain/worker/ledger.js';

const CHANGE = {
  created: 'create',
  changed: 'change',
  destroyed: 'destroy',
  adopted: 'adopt',
  forgotten: 'forget',
  // Postgres ignores those that the inventory has already.
  unchanged: 'adopt',
} as const;

/**
 * The journal entry of a report; null if the report names no thing, or only states that a thing exists without its body.
 */
export function journalRecord(report: Report | null): JournalRecord | null {
  if (report?.type !== 'intent' && report?.type !== 'resource') return null;
  const { type, action, infra, kind, name, driver, after } = report;
  if (action === 'unchanged' && after === null) return null;
  const provider = providerOf(report);
  return {
    state: type === 'intent' ? 'intended' : 'done',
    change: CHANGE[action],
    infra,
    kind,
    name,
    before: action === 'unchanged' ? null : report.before,
    after,
    provider: provider ?? driver ?? 'unknown',
    driver: driver ?? 'unknown',
  };
}

function providerOf({ before, after }: IntentReport | ResourceReport): string | undefined {
  const provider = (after ?? before)?.['provider'];
  return typeof provider === 'string' ? provider : undefined;
}
