import type { IntentReport, Report, ResourceReport } from '@provisioning/provisioner/report';
import type { JournalRecord } from '../domain/worker/ledger.js';

const CHANGE = { created: 'create', changed: 'change', destroyed: 'destroy' } as const;

type ChangeReport = IntentReport | (ResourceReport & { action: IntentReport['action'] });

/** Whether a report tells of an act on something, done or about to be. */
export function isChange(report: Report | null): report is ChangeReport {
  return report?.type === 'intent' || (report?.type === 'resource' && report.action !== 'unchanged');
}

export function journalRecord(report: ChangeReport): JournalRecord {
  const { type, action, infra, kind, name, driver, before, after } = report;
  const provider = (after ?? before)?.['provider'];
  return {
    state: type === 'intent' ? 'intended' : 'done',
    change: CHANGE[action],
    infra,
    kind,
    name,
    before,
    after,
    provider: typeof provider === 'string' ? provider : (driver ?? 'unknown'),
    driver: driver ?? 'unknown',
  };
}
