import type { StoredPlan } from '@provisioning/contracts';
import { safeText } from '../../format/safe-text.js';
import { AttributeDiff, type Attributes } from '../../ui/attributes.js';

type Moved = StoredPlan['moved'][number];

/** The inputs of a stale plan that have changed since it was made. */
export function MovedInputs({ moved }: { moved: readonly Moved[] }) {
  return (
    <section aria-label="What moved" className="stack">
      <h2>What moved</h2>
      {moved.map(({ input, before, after }) => (
        <div key={input} className="stack">
          <strong>{safeText(input)}</strong>
          <AttributeDiff
            before={attributesOf(before)}
            after={attributesOf(after)}
            words={['When planned', 'Now']}
          />
        </div>
      ))}
    </section>
  );
}

/** What is nested is written as JSON. */
function attributesOf(value: Moved['before']): Attributes | null {
  if (value === null) return null;
  const entries = Object.entries(value).map(([name, member]): [string, string] => [
    name,
    typeof member === 'string' ? member : JSON.stringify(member),
  ]);
  return Object.fromEntries(entries);
}
