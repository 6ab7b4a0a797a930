import { useQuery } from '@tanstack/react-query';
import type { PolicyVersion } from '@provisioning/contracts';
import { policyVersions } from '../../api/queries/policies.js';
import { alignRules } from '../../features/policy/rule-difference.js';
import { RuleView } from '../../features/policy/rule-view.js';
import styles from '../../features/policy/rule-view.module.css';
import { Select } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { useClock } from '../../ui/time.js';

interface PolicyVersionsProps {
  id: string;
  a: number | undefined;
  b: number | undefined;
  compare(revisions: { a: number; b: number }): void;
}

/** Two versions side by side: the last two at first. */
export function PolicyVersions({ id, a, b, compare }: PolicyVersionsProps) {
  const query = useQuery(policyVersions(id));
  const { data } = query;
  const clock = useClock();
  if (!data) return <Loaded query={query} rows={4} />;
  const versions = [...data].sort((one, other) => other.revision - one.revision);
  const after = versions.find(({ revision }) => revision === b) ?? versions[0];
  const before = versions.find(({ revision }) => revision === a) ?? versions[1] ?? after;
  if (!before || !after) return <p className="muted">It has no version yet.</p>;
  const choose = (label: string, version: PolicyVersion, chosen: (revision: number) => void) => (
    <Select label={label} value={version.revision} onChange={({ target }) => chosen(Number(target.value))}>
      {versions.map(({ revision, version: name, changed_at, changed_by }) => (
        <option key={revision} value={revision}>
          Revision {revision} ({name}), {clock(changed_at)}, {changed_by ?? 'the platform'}
        </option>
      ))}
    </Select>
  );
  return (
    <div className="stack">
      <div className={styles['pair']}>
        {choose('Before', before, (revision) => compare({ a: revision, b: after.revision }))}
        {choose('After', after, (revision) => compare({ a: before.revision, b: revision }))}
      </div>
      <Difference before={before} after={after} />
    </div>
  );
}

function Difference({ before, after }: { before: PolicyVersion; after: PolicyVersion }) {
  const pairs = alignRules(before.rules, after.rules);
  const removed = pairs.filter((pair) => !pair.after).length;
  const added = pairs.filter((pair) => !pair.before).length;
  const other = [
    ...(before.name === after.name ? [] : [`Name: ${before.name} → ${after.name}`]),
    ...(before.version === after.version ? [] : [`Version: ${before.version} → ${after.version}`]),
    ...(before.enabled === after.enabled
      ? []
      : [after.enabled ? 'Disabled → enabled' : 'Enabled → disabled']),
  ];
  return (
    <>
      <p>
        <strong>
          {removed === 0 && added === 0 ? 'The rules are the same.' : `${removed} removed, ${added} added.`}
        </strong>{' '}
        {other.join('. ')}
      </p>
      {pairs.map((pair, index) => (
        <div key={index} className={styles['pair']}>
          <Side rule={pair.before} mark={pair.after ? undefined : 'Removed'} />
          <Side rule={pair.after} mark={pair.before ? undefined : 'Added'} />
        </div>
      ))}
    </>
  );
}

function Side({
  rule,
  mark,
}: {
  rule: PolicyVersion['rules'][number] | undefined;
  mark: string | undefined;
}) {
  if (!rule) return <div className={styles['gap']}>Not in this version</div>;
  return (
    <div className={mark === 'Added' ? styles['added'] : mark === 'Removed' ? styles['removed'] : undefined}>
      <RuleView rule={rule} />
      {mark && <span className={styles['mark']}>{mark === 'Added' ? '+ Added' : '− Removed'}</span>}
    </div>
  );
}
