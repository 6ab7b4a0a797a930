import type { RollbackResult } from '@provisioning/contracts';
import { Ban, TriangleAlert } from 'lucide-react';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import styles from './rollback-page.module.css';

export type Obstacle = NonNullable<RollbackResult['obstacles']>[number];
/** Of each sort so many are shown; the heading has the number of all. */
const SHOWN = 100;

interface ObstaclesProps {
  obstacles: readonly Obstacle[];
  /** Whether everything must be undone: then what cannot be undone is in the way as well. */
  all: boolean;
}

/** The obstacles that prevent the rollback. */
export function blocking(obstacles: readonly Obstacle[], all: boolean): Obstacle[] {
  return obstacles.filter(({ obstacle }) => obstacle === 'in_the_way' || (all && obstacle === 'cannot_undo'));
}

/** What prevents the rollback, then what it leaves as it is, then what it would destroy although others made it. */
export function Obstacles({ obstacles, all }: ObstaclesProps) {
  const blocked = blocking(obstacles, all);
  const left = all ? [] : obstacles.filter(({ obstacle }) => obstacle === 'cannot_undo');
  const foreign = obstacles.filter(({ obstacle }) => obstacle === 'not_made_here');
  return (
    <>
      <Sort title={`In the way: ${counted(blocked.length, 'obstacle')}`} obstacles={blocked} blocks>
        These must be resolved first. Later changes can be rolled back together with these.
      </Sort>
      <Sort title={`Cannot be undone: ${counted(left.length, 'operation')}`} obstacles={left}>
        What these did stays as it is.
      </Sort>
      <Sort title={`Not made by this platform: ${counted(foreign.length, 'resource')}`} obstacles={foreign}>
        These are destroyed as well, because the checkpoint does not have them.
      </Sort>
    </>
  );
}

interface SortProps {
  title: string;
  obstacles: readonly Obstacle[];
  blocks?: boolean;
  children: string;
}

function Sort({ title, obstacles, blocks = false, children }: SortProps) {
  if (obstacles.length === 0) return null;
  const Icon = blocks ? Ban : TriangleAlert;
  return (
    <section aria-label={title} className={styles['obstacles']} data-blocks={blocks || undefined}>
      <h2>
        <Icon aria-hidden />
        {title}
      </h2>
      <p>{children}</p>
      <ul>
        {obstacles.slice(0, SHOWN).map(({ operation_id, reason }, index) => (
          <li key={index}>
            {operation_id !== null && <code>{safeText(operation_id)}</code>} {safeText(reason)}
          </li>
        ))}
        {obstacles.length > SHOWN && <li>and {(obstacles.length - SHOWN).toLocaleString()} more</li>}
      </ul>
    </section>
  );
}
