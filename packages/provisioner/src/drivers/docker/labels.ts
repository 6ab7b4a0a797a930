import type { DesiredServer } from '../../settings/settings.js';

const PREFIX = 'io.provisioning.';

/** What a container's labels keep: all that never changes about it. */
export interface Origin {
  infra: string;
  name: string;
  /** The idempotency key that it was made under. */
  key: string;
  zone: string;
  provider: DesiredServer['provider'];
  /** As it was asked for. */
  image: string | null;
  restores: readonly string[];
  /** What could be changed since, as it was at first. */
  first: Alterable;
}

/** What can be changed about a container: it is kept inside, since labels stay as they are. */
export type Alterable = Pick<DesiredServer, 'plan' | 'labels' | 'storage_gb'>;

export function labelsOf(origin: Origin): Record<string, string> {
  const { infra, name, key, ...rest } = origin;
  return {
    [`${PREFIX}infra`]: infra,
    [`${PREFIX}name`]: name,
    [`${PREFIX}key`]: key,
    [`${PREFIX}origin`]: JSON.stringify(rest),
  };
}

/** @returns null for a container that is not ours */
export function originIn(labels: Record<string, string> | undefined): Origin | null {
  const [infra, name, key, rest] = ['infra', 'name', 'key', 'origin'].map(
    (label) => labels?.[`${PREFIX}${label}`],
  );
  if (!infra || !name || key === undefined || !rest) return null;
  try {
    return { ...(JSON.parse(rest) as Omit<Origin, 'infra' | 'name' | 'key'>), infra, name, key };
  } catch {
    return null;
  }
}

/** The filter that finds the containers of an infra. */
export function filterFor(infra: string): { label: string[] } {
  return { label: [`${PREFIX}infra=${infra}`] };
}
