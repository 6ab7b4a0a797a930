import { useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { useControlCenterAvailable } from '../api/control-center-state.js';
import { ownAccount } from '../api/queries/account.js';
import { rightsQuery } from '../api/rights.js';
import styles from './unavailable-banner.module.css';

const PROBE_MS = 15_000;

/** Says what does not work while the control center does not answer, and asks for it until it does. */
export function UnavailableBanner() {
  const isAvailable = useControlCenterAvailable();
  const queries = useQueryClient();
  useQuery({ ...ownAccount(), enabled: !isAvailable, refetchInterval: isAvailable ? false : PROBE_MS });
  useEffect(() => {
    // What could not be fetched meanwhile. Rights are then an empty list.
    if (isAvailable)
      void queries.refetchQueries({
        predicate: ({ queryKey: [first], state }) =>
          state.status === 'error' ||
          (first === rightsQuery.queryKey[0] && Array.isArray(state.data) && state.data.length === 0),
      });
  }, [isAvailable, queries]);
  return (
    <div role="status">
      {!isAvailable && (
        <p className={styles['banner']}>
          <TriangleAlert aria-hidden />
          The control center does not answer. Reads still work. Users, policies, records and changes wait
          until it is back.
        </p>
      )}
    </div>
  );
}
