import type { ErrorDetail, PolicyRule } from '@provisioning/contracts';
import { useMemo, useRef } from 'react';
import { TextField } from '../../ui/field.js';
import { placesOf, type Place } from './json-places.js';
import { Problem } from './problem.js';
import styles from './policy-editor.module.css';

interface JsonEditorProps {
  text: string;
  problems: readonly ErrorDetail[];
  onChange(text: string): void;
}

/** The rules as JSON. Faults lead to their line. */
export function JsonEditor({ text, problems, onChange }: JsonEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { places, fault } = useMemo(() => placesOf(text), [text]);
  const found = fault
    ? [fault]
    : problems.map(({ path, message }) => ({
        place: places.get(path.replace(/^rules/, '')) ?? places.get(''),
        message: `${path} ${message}`,
      }));
  const goTo = ({ line }: Place) => {
    const lines = text.split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    field.current?.focus();
    field.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  return (
    <div className={`stack ${styles['json']}`}>
      <TextField
        ref={field}
        label="Rules as JSON"
        spellCheck={false}
        value={text}
        aria-invalid={found.length > 0 || undefined}
        onChange={({ target }) => onChange(target.value)}
      />
      <div role="status" className="stack">
        {found.map(({ place, message }) => (
          <div key={message} className="stack">
            <Problem text={text} place={place} message={message} />
            {place && (
              <button type="button" onClick={() => goTo(place)}>
                Go to line {place.line}
              </button>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The rules that a JSON text holds; undefined unless it is a list. The control center judges what is in it. */
export function rulesIn(text: string): PolicyRule[] | undefined {
  try {
    const rules: unknown = JSON.parse(text);
    // Safe cast: the service validates the rules, and the page shows its faults.
    return Array.isArray(rules) ? (rules as PolicyRule[]) : undefined;
  } catch {
    return undefined;
  }
}
