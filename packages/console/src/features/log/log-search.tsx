import type { LogLine } from '@provisioning/contracts';
import { ChevronDown, ChevronUp, Search } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import { client } from '../../api/client.js';
import styles from './log-view.module.css';

/** Most hits that are walked through. */
const MOST = 1_000;

interface LogSearchProps {
  taskId: string;
  query: string;
  /** The line that is shown. */
  line: number | undefined;
  onChange(next: { q?: string | undefined; line?: number | undefined }): void;
}

/** Searches the whole log, on the server, and walks from hit to hit. */
export function LogSearch({ taskId, query, line, onChange }: LogSearchProps) {
  const [hits, setHits] = useState<LogLine[]>();
  useEffect(() => {
    setHits(undefined);
    if (query === '') return;
    const abort = new AbortController();
    client.orchestrator
      .getTaskLogs({ params: { id: taskId }, query: { search: query, limit: MOST }, signal: abort.signal })
      .then((found) => {
        setHits(found);
        const [first] = found;
        if (first && line === undefined) onChange({ line: first.line });
      })
      .catch(() => undefined);
    return () => abort.abort();
    // Only what is searched for starts a search.
  }, [query, taskId]);

  const at = hits?.findIndex((hit) => hit.line === line) ?? -1;
  const walk = (step: 1 | -1) => {
    if (!hits || hits.length === 0) return;
    const next = hits[(Math.max(at, step === 1 ? -1 : 0) + step + hits.length) % hits.length];
    if (next) onChange({ line: next.line });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('q')).trim();
    if (text === query) walk(1);
    else onChange({ q: text === '' ? undefined : text, line: undefined });
  };
  return (
    <form role="search" className={styles['search']} onSubmit={submit} key={query}>
      <Search aria-hidden />
      <input
        type="search"
        name="q"
        aria-label="Search the log"
        placeholder="Search the whole log"
        defaultValue={query}
      />
      {query !== '' && (
        <>
          <span role="status" className="muted">
            {hits === undefined ? 'Searching' : countOf(hits, at)}
          </span>
          <button type="button" className="icon-button" aria-label="Previous hit" onClick={() => walk(-1)}>
            <ChevronUp aria-hidden />
          </button>
          <button type="button" className="icon-button" aria-label="Next hit" onClick={() => walk(1)}>
            <ChevronDown aria-hidden />
          </button>
        </>
      )}
    </form>
  );
}

function countOf(hits: readonly LogLine[], at: number): string {
  if (hits.length === 0) return 'No line';
  const total = hits.length === MOST ? `${MOST}+` : hits.length.toLocaleString();
  return at < 0 ? `${total} lines` : `${(at + 1).toLocaleString()} of ${total}`;
}
