import { useQuery } from '@tanstack/react-query';
import type { ErrorDetail, PolicyRule } from '@provisioning/contracts';
import { useEffect, useState } from 'react';
import { client } from '../../api/client.js';

/** Rules are validated when typing has paused for so long. */
const PAUSE_MS = 400;

/** What the control center says of rules that are being written. */
export interface Validation {
  problems: readonly ErrorDetail[];
  /** Whether the rules as they stand were validated and have no problem. */
  isValid: boolean;
  error: Error | null;
}

/** Has the control center validate rules while they are typed. @param rules undefined while they cannot be read */
export function useValidation(rules: readonly PolicyRule[] | undefined): Validation {
  const text = JSON.stringify(rules);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery({
    queryKey: ['policies', 'validate', settled],
    queryFn: ({ signal }) =>
      client.controlCenter.validatePolicy({
        // Safe cast: this hook made the text; the service validates the rules.
        body: { rules: JSON.parse(settled ?? '[]') as PolicyRule[] },
        signal,
      }),
    enabled: settled !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const isCurrent = text !== undefined && settled === text;
  return {
    problems: isCurrent ? (data?.problems ?? []) : [],
    isValid: isCurrent && data?.valid === true,
    error: isCurrent ? error : null,
  };
}
