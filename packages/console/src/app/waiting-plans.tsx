import { useQuery } from '@tanstack/react-query';
import { useDenials } from '../api/rights.js';
import { waitingPlans } from '../api/queries/plans.js';
import { useFallbackInterval } from './live-context.js';
import styles from './app-frame.module.css';

/** How many plans wait for a decision of the user; nothing for users who may not decide. */
export function WaitingPlans() {
  const mayApprove = useDenials()('approve', 'plans') === undefined;
  const { data: count = 0 } = useQuery({
    ...waitingPlans,
    enabled: mayApprove,
    refetchInterval: useFallbackInterval(60_000),
  });
  if (count === 0) return null;
  return (
    <span className={styles['count']}>
      {count.toLocaleString()}
      <span className="visually-hidden"> waiting for you</span>
    </span>
  );
}
