import { useState } from 'react';
import type { PolicyRule } from '@provisioning/contracts';
import { Field, TextField } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Tabs } from '../../ui/tabs.js';
import type { PolicyDraft } from './drafts.js';
import { JsonEditor, rulesIn } from './json-editor.js';
import styles from './policy-editor.module.css';
import { RuleCard } from './rule-card.js';
import type { Validation } from './use-validation.js';

const NEW_RULE: PolicyRule = { effect: 'Allow', resource: '', action: ['read'] };

interface PolicyEditorProps {
  draft: PolicyDraft;
  validation: Validation;
  faultOf(field: string): string | undefined;
  onChange(draft: PolicyDraft): void;
  /** False while the rules cannot be read. */
  onReadable(isReadable: boolean): void;
}

/** What a policy is made of, as cards or as JSON. */
export function PolicyEditor({ draft, validation, faultOf, onChange, onReadable }: PolicyEditorProps) {
  const [mode, setMode] = useState<'cards' | 'json'>('cards');
  const [text, setText] = useState('');
  const set = (change: Partial<PolicyDraft>) => onChange({ ...draft, ...change });
  const show = (next: 'cards' | 'json') => {
    // A text that cannot be read stays until it is mended.
    if (next === 'cards' && rulesIn(text) === undefined) return;
    if (next === 'json') setText(JSON.stringify(draft.rules, null, 2));
    setMode(next);
  };
  const setJson = (next: string) => {
    setText(next);
    const rules = rulesIn(next);
    onReadable(rules !== undefined);
    if (rules) set({ rules });
  };
  return (
    <>
      <div className={styles['line']}>
        <Field
          label="Version"
          required
          value={draft.version}
          error={faultOf('version')}
          onChange={({ target }) => set({ version: target.value })}
        />
        <Field
          label="Name"
          required
          value={draft.name}
          error={faultOf('name')}
          onChange={({ target }) => set({ name: target.value })}
        />
      </div>
      <TextField
        label="Description"
        rows={2}
        value={draft.description}
        error={faultOf('description')}
        onChange={({ target }) => set({ description: target.value })}
      />
      {validation.error && <ErrorNotice error={validation.error} />}
      <Tabs
        label="How the rules are shown"
        value={mode}
        onChange={show}
        tabs={[
          {
            name: 'cards',
            title: 'Cards',
            content: (
              <Cards
                rules={draft.rules}
                problems={validation.problems}
                onChange={(rules) => set({ rules })}
              />
            ),
          },
          {
            name: 'json',
            title: 'JSON',
            content: <JsonEditor text={text} problems={validation.problems} onChange={setJson} />,
          },
        ]}
      />
    </>
  );
}

interface CardsProps {
  rules: PolicyRule[];
  problems: Validation['problems'];
  onChange(rules: PolicyRule[]): void;
}

function Cards({ rules, problems, onChange }: CardsProps) {
  return (
    <div className={styles['cards']}>
      {rules.map((rule, index) => (
        <RuleCard
          key={index}
          rule={rule}
          index={index}
          problems={problems}
          onChange={(next) => onChange(rules.map((each, at) => (at === index ? next : each)))}
          remove={() => onChange(rules.filter((_rule, at) => at !== index))}
        />
      ))}
      <div>
        <button type="button" onClick={() => onChange([...rules, NEW_RULE])}>
          Add rule
        </button>
      </div>
    </div>
  );
}
