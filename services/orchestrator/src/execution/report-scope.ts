import type { Report } from '@provisioning/provisioner/report';
import type { ClaimedTask } from '../domain/worker/ledger.js';

/**
 * A task reports on its own infra alone: the one whose lock it holds, on which its user was allowed to act. One in check
 * mode holds no lock and has changed nothing.
 * @returns why the report is refused, as a clause of a sentence; undefined where it is not
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

/** A name may hold line ends and anything else. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
