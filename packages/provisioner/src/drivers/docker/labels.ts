import type { DesiredServer } from '../../settings/settings.js';

const PREFIX = 'io.provisioning.';

/** The record in a container's labels: everything that never changes about it. */
export interface Origin {
  infra: string;
  name: string;
  /** The idempotency key under which it was made. */
  key: string;
  zone: string;
  provider: DesiredServer['provider'];
  /** As it was requested. */
  image: string | null;
  restores: readonly string[];
  /** The first values of what can change. */
  first: Alterable;
}

/** What can change about a container. It is stored in a file inside, because labels cannot be changed. */
export type Alterable = Pick<DesiredServer, 'plan' | 'labels' | 'storage_gb'>;

/** The labels of a record. */
export function labelsOf(origin: Origin): Record<string, string> {
  const { infra, name, key, ...rest } = origin;
  return {
    [`${PREFIX}infra`]: infra,
    [`${PREFIX}name`]: name,
    [`${PREFIX}key`]: key,
    [`${PREFIX}origin`]: JSON.stringify(rest),
  };
}

/** @returns null for a container that this driver did not make */
export function originIn(labels: Record<string, string> | undefined): Origin | null {
  const [infra, name, key, rest] = ['infra', 'name', 'key', 'origin'].map(
    (label) => labels?.[`${PREFIX}${label}`],
  );
  if (!infra || !name || key === undefined || !rest) return null;
  try {
    // Safe cast: this driver wrote the label.
    return { ...(JSON.parse(rest) as Omit<Origin, 'infra' | 'name' | 'key'>), infra, name, key };
  } catch {
    return null;
  }
}

/** The filter that finds the containers of an infra. */
export function filterFor(infra: string): { label: string[] } {
  return { label: [`${PREFIX}infra=${infra}`] };
}
