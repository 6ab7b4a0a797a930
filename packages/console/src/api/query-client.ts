import { QueryClient } from '@tanstack/react-query';
import { ProvisioningError } from '@provisioning/client';

const LOST = new Set([0, 502, 503, 504]);

/** The cache of what was fetched. A request without an answer is repeated once, a refused one never. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 300_000,
        refetchOnWindowFocus: false,
        // What was refused stays refused; what was lost is asked for once more.
        retry: (failures, error) =>
          failures < 1 && error instanceof ProvisioningError && LOST.has(error.status),
      },
    },
  });
}
