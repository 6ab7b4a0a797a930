import type { Report } from '@provisioning/provisioner/report';
import type { ClaimedTask } from '../domain/worker/ledger.js';

/**
 * A task may report only on its own infra, whose lock it holds and on which its user was allowed to act. A task in check
 * mode holds no lock and must not report changes.
 * @returns why the report is refused, as a clause of a sentence; undefined if it is accepted
 */
export function refusalOf(
  report: Report | null,
  { infra, checkMode }: Pick<ClaimedTask, 'infra' | 'checkMode'>,
): string | undefined {
  if (report?.type === 'planned')
    return report.infra === infra
      ? undefined
      : `it plans a change of infra ${quoted(report.infra)}, but this task may report on infra ${quoted(infra)} only`;
  if (report?.type !== 'resource' && report?.type !== 'intent') return undefined;
  const { type, kind, name, action } = report;
  const verb = type === 'intent' ? 'is about to be' : action === 'unchanged' ? 'is' : 'was';
  const noun = /^[\w.-]+$/.test(kind) ? kind : quoted(kind);
  const said = `the ${noun} ${quoted(name)} of infra ${quoted(report.infra)} ${verb} ${action}`;
  if (report.infra !== infra)
    return `it says that ${said}, but this task may report on infra ${quoted(infra)} only`;
  if (checkMode && action !== 'unchanged')
    return `it says that ${said}, but this task runs in check mode and must change nothing`;
  return undefined;
}

/** A name may contain line ends and any other character. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
