import type { ReactNode } from 'react';
import { ErrorNotice, Skeleton } from './notices.js';

interface LoadedProps<Data> {
  query: { data: Data | undefined; error: Error | null; refetch(): unknown };
  /** The rows of the shape that is to come. */
  rows: number;
  children?(data: Data): ReactNode;
}

/** What a query found; until then, that it is loading. Why it failed stands above what it had found before. */
export function Loaded<Data>({ query: { data, error, refetch }, rows, children }: LoadedProps<Data>) {
  return (
    <>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Skeleton rows={rows} />}
      {data !== undefined && children?.(data)}
    </>
  );
}
