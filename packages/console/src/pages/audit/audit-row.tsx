import { useQuery } from '@tanstack/react-query';
import type { AuditRecord } from '@provisioning/contracts';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { decisionDetail } from '../../api/queries/policies.js';
import { safeText, visible } from '../../format/safe-text.js';
import type { AuditFilters } from '../../paths-governance.js';
import { IdChip } from '../../ui/id-chip.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Facts } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import styles from './audit.module.css';

const WORDS = { success: 'Success', denied: 'Denied', failure: 'Failure' } as const;

interface AuditRowProps {
  record: AuditRecord;
  isOpen: boolean;
  /** @param seq of the record to open; undefined to close it */
  toggle(seq: number | undefined): void;
  filter(change: Partial<AuditFilters>): void;
}

/** A record in the list, with everything it holds below it while it is open. */
export function AuditRow({ record, isOpen, toggle, filter }: AuditRowProps) {
  const { seq, result, timestamp, user_id, username, action, resource } = record;
  const user = username ?? user_id;
  const by = (label: string, text: string, change: Partial<AuditFilters>) => (
    <Only label={label} text={text} onClick={() => filter(change)} />
  );
  return (
    <>
      <tr>
        <td>
          <button
            type="button"
            className="plain"
            aria-expanded={isOpen}
            aria-label={`Record ${seq}`}
            onClick={() => toggle(isOpen ? undefined : seq)}
          >
            {isOpen ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
            <span className={styles['record']}>{seq}</span>
          </button>
        </td>
        <td>
          <Status status={WORDS[result]} />
        </td>
        <td className={table['narrow']}>
          <Time at={timestamp} />
        </td>
        <td>{user && by('user', user, { user })}</td>
        <td>{by('action', action, { action })}</td>
        <td data-wide>{by('resource', resource, { resource })}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={6} data-wide>
            <Details record={record} filter={filter} />
          </td>
        </tr>
      )}
    </>
  );
}

function Only({ label, text, onClick }: { label: string; text: string; onClick(): void }) {
  return (
    <button type="button" className={styles['link']} title={`Only this ${label}`} onClick={onClick}>
      {safeText(text)}
    </button>
  );
}

function Details({ record, filter }: Pick<AuditRowProps, 'record' | 'filter'>) {
  const { id, service, ip, session_id, request_id, hash, prev_hash, details } = record;
  const decision = details['decision_id'];
  return (
    <div className={styles['details']}>
      <Facts
        facts={[
          ['Record', <IdChip key="id" id={id} what="record" />],
          ['Service', service],
          ['Address', ip],
          ['Session', session_id],
          [
            'Request',
            request_id && (
              <Only
                key="request"
                label="request"
                text={request_id}
                onClick={() => filter({ request: request_id })}
              />
            ),
          ],
          ['Hash', hash && <code key="hash">{hash}</code>],
          ['Previous hash', prev_hash && <code key="prev">{prev_hash}</code>],
        ]}
      />
      <pre aria-label="Details">{visible(JSON.stringify(details, null, 2))}</pre>
      {typeof decision === 'string' && <Decision id={decision} />}
    </div>
  );
}

/** The decision behind a denial: the rules that led to it. */
function Decision({ id }: { id: string }) {
  const { data, error } = useQuery(decisionDetail(id));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return null;
  const rules = data.matched.map(
    ({ policy, rule, effect, decided }) => `${effect}: ${policy}, rule ${rule}${decided ? ' (decided)' : ''}`,
  );
  return (
    <Facts
      facts={[
        ['Decision', data.decision === 'ALLOW' ? 'Allowed' : 'Denied'],
        ['Roles', data.roles.join(', ')],
        ['Rules', rules.length > 0 ? safeText(rules.join('; ')) : 'No rule applied.'],
      ]}
    />
  );
}
