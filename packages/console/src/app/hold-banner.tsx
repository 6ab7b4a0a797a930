import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { holdQuery } from '../api/queries/overview.js';
import { denialOf, rightsQuery } from '../api/rights.js';
import styles from './unavailable-banner.module.css';

/** Says that changes are refused since the database was restored, and on which infras they are accepted again. */
export function HoldBanner() {
  const rights = useQuery(rightsQuery).data;
  const mayRead = rights !== undefined && denialOf(rights, 'read', 'state') === undefined;
  const hold = useQuery({ ...holdQuery, enabled: mayRead }).data?.restored;
  return (
    <div role="status">
      {hold && (
        <p className={styles['banner']}>
          <TriangleAlert aria-hidden />
          Changes are refused{hold.released.length > 0 && ` except on ${hold.released.join(', ')}`}.{' '}
          {hold.reason} An admin releases the work with “provctl admin release”.
        </p>
      )}
    </div>
  );
}
