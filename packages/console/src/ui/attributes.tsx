import { safeText } from '../format/safe-text.js';
import styles from './attributes.module.css';

/** The attributes of a resource: flat, with plain values. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Attributes as a list of names and values. */
export function AttributeList({ attributes }: { attributes: Attributes }) {
  const entries = Object.entries(attributes).sort(byName);
  if (entries.length === 0) return <p className="muted">It has no attributes.</p>;
  return (
    <dl className={styles['list']}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface AttributeDiffProps {
  before: Attributes | null | undefined;
  after: Attributes | null | undefined;
  /** The headings of the two columns. */
  words: readonly [before: string, after: string];
}

/** Two versions of the attributes of a resource, side by side; where both exist, only what differs; where one does, what it has. */
export function AttributeDiff({ before, after, words }: AttributeDiffProps) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  const only = before && after ? undefined : (before ?? after);
  const shown = names.filter((name) =>
    only ? only[name] !== null && only[name] !== '' : before?.[name] !== after?.[name],
  );
  if (shown.length === 0)
    return <p className="muted">{only ? 'It has no attributes.' : 'No attribute differs.'}</p>;
  return (
    <table className={styles['diff']} data-single={only ? true : undefined}>
      <thead>
        <tr>
          <th scope="col">Attribute</th>
          {before && <th scope="col">{words[0]}</th>}
          {after && <th scope="col">{words[1]}</th>}
        </tr>
      </thead>
      <tbody>
        {shown.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {before && (
              <td data-side="before">
                <Value value={before[name]} />
              </td>
            )}
            {after && (
              <td data-side="after">
                <Value value={after[name]} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value }: { value: Attributes[string] | undefined }) {
  if (value === undefined || value === null || value === '')
    return <span className="muted">{value === '' ? 'empty' : 'none'}</span>;
  return <code>{safeText(String(value))}</code>;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => a.localeCompare(b);
