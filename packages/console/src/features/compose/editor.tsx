import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { TextFault } from './check-batch.js';

interface EditorProps {
  label: string;
  /** The text at the start; later texts come by `onChange`. */
  initial: string;
  faults: readonly TextFault[];
  /** Called with a function that shows a place of the text. */
  onReady(show: (from: number) => void): void;
  onChange(text: string): void;
  /** Ctrl+Enter. */
  onPreview(): void;
}

const THEME = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--text)' },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '12.5px', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-3)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--surface)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--bg)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
  },
});
const COLORS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--ansi-blue)' },
  { tag: tags.string, color: 'var(--ansi-green)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--ansi-magenta)' },
  { tag: tags.comment, color: 'var(--text-3)' },
]);

/** An editor for YAML and JSON. Tab leaves it. */
export function Editor({ label, initial, faults, onReady, onChange, onPreview }: EditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const handlers = useRef({ onReady, onChange, onPreview });
  handlers.current = { onReady, onChange, onPreview };
  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: initial,
        extensions: [
          lineNumbers(),
          history(),
          highlightActiveLine(),
          lintGutter(),
          initial.trimStart().startsWith('{') ? json() : yaml(),
          syntaxHighlighting(COLORS),
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                handlers.current.onPreview();
                return true;
              },
            },
            ...defaultKeymap,
            ...historyKeymap,
            ...lintKeymap,
          ]),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) handlers.current.onChange(state.doc.toString());
          }),
          THEME,
        ],
      }),
    });
    editor.current = view;
    handlers.current.onReady((from) => {
      view.dispatch({ selection: { anchor: Math.min(from, view.state.doc.length) }, scrollIntoView: true });
      view.focus();
    });
    return () => view.destroy();
    // The editor lives as long as its text: another text comes with another key.
  }, [initial, label]);
  useEffect(() => {
    const view = editor.current;
    if (!view) return;
    const end = view.state.doc.length;
    const diagnostics = faults.map(({ from, to, message }): Diagnostic => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity: 'error',
      message,
    }));
    view.dispatch(setDiagnostics(view.state, diagnostics));
  }, [faults]);
  return <div ref={box} style={{ height: '100%', minHeight: 0 }} />;
}
