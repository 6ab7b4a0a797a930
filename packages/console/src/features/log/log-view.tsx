import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Task } from '@provisioning/contracts';
import { ArrowDown, Download, FileText } from 'lucide-react';
import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { textUrl } from '../../api/base.js';
import { hasEnded } from '../../live/forward-only.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { LogLineRow } from './log-line-row.js';
import { LogSearch } from './log-search.js';
import styles from './log-view.module.css';
import { useLog } from './use-log.js';
import { counted } from '../../format/counts.js';

const LINE_PX = 18;
const OVERSCAN = 30;
/** Within this distance of the end, the view follows. */
const NEAR_PX = 24;

/** What a task printed: a window over all of it, of which only what is looked at is fetched. */
export function LogView({ task }: { task: Task }) {
  const log = useLog(task);
  const { lines, error, isReady, need } = log;
  const { q, line: marked } = useSearch({ from: '/signed-in/tasks/$id' });
  const navigate = useNavigate({ from: '/tasks/$id' });
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [following, setFollowing] = useState(marked === undefined);
  const [seen, setSeen] = useState(0);
  const { last } = lines;

  const first = Math.max(1, Math.floor(view.top / LINE_PX) + 1 - OVERSCAN);
  const end = Math.min(last, Math.ceil((view.top + view.height) / LINE_PX) + OVERSCAN);
  useEffect(() => need(first, end));

  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  useEffect(() => {
    if (following) toEnd();
  }, [following, isReady, last]);
  const showLine = (number: number) => {
    setFollowing(false);
    setSeen(last);
    const element = box.current;
    if (element) element.scrollTop = Math.max(0, (number - 1) * LINE_PX - element.clientHeight / 3);
  };
  useEffect(() => {
    if (isReady && marked !== undefined) showLine(marked);
    // Only when the address changes: not with every line that comes.
  }, [isReady, marked]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    setView({ top: element.scrollTop, height: element.clientHeight });
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (following && !isAtEnd && element.scrollTop < view.top) {
      setFollowing(false);
      setSeen(last);
    } else if (!following && isAtEnd && element.scrollTop > view.top) setFollowing(true);
  };
  const resume = () => {
    setFollowing(true);
    toEnd();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'End') return;
    event.preventDefault();
    resume();
  };

  if (error !== undefined && last === 0) return <ErrorNotice error={error} />;
  if (!isReady) return <Skeleton rows={8} />;
  if (last === 0) {
    return (
      <EmptyState>
        {hasEnded(task.status)
          ? 'It printed nothing, or its log is no longer kept.'
          : 'It has printed nothing yet.'}
      </EmptyState>
    );
  }
  const isLive = !hasEnded(task.status);
  const fresh = last - seen;
  const path = `/tasks/${task.id}/logs`;
  const rows = Array.from({ length: Math.max(0, end - first + 1) }, (_row, index) => first + index);
  return (
    <section aria-label="Log" className={styles['log']}>
      <div className={styles['tools']}>
        <LogSearch
          taskId={task.id}
          query={q ?? ''}
          line={marked}
          onChange={(next) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true })}
        />
        <span className="muted">{counted(last, 'line')}</span>
        {isLive && (
          <button
            type="button"
            aria-pressed={following}
            onClick={() => (following ? setFollowing(false) : resume())}
          >
            <ArrowDown aria-hidden />
            Follow
          </button>
        )}
        <a className="button" href={textUrl(path, true)} target="_blank" rel="noreferrer">
          <FileText aria-hidden />
          Plain
        </a>
        <a className="button" href={textUrl(path)} download>
          <Download aria-hidden />
          Download
        </a>
      </div>
      <div
        ref={box}
        className={styles['box']}
        // Safe cast: the type of React knows no custom properties.
        style={{ '--lines': last } as CSSProperties}
        onScroll={onScroll}
        onKeyDown={onKey}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Lines of the log"
      >
        <div style={{ height: last * LINE_PX, position: 'relative' }}>
          <div style={{ transform: `translateY(${(first - 1) * LINE_PX}px)` }}>
            {rows.map((number) => (
              <LogLineRow
                key={number}
                number={number}
                line={lines.line(number)}
                before={lines.line(number - 1)}
                marked={number === marked}
                query={q}
                onMark={() => void navigate({ search: (now) => ({ ...now, line: number }), replace: true })}
              />
            ))}
          </div>
        </div>
      </div>
      {isLive && !following && (
        <button type="button" className={styles['resume']} onClick={resume}>
          Paused{fresh > 0 ? `, ${counted(fresh, 'new line')}` : ''}. Resume (End)
        </button>
      )}
    </section>
  );
}
