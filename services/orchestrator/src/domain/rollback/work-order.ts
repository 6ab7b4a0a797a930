/** What an undo operation acts on. */
interface Touching {
  infra: string;
  /** Reports of changes. */
  changes: readonly object[];
}

/**
 * Which of the works before it each work has to wait for: those with which it shares a server or a thing. All others are
 * independent: when one is refused, they go on.
 * @param works in the order in which they are to be done
 * @returns for each work, positions of earlier ones
 */
export function dependenciesOf(works: readonly Touching[]): number[][] {
  const last = new Map<string, number>();
  return works.map((work, position) => {
    const places = placesOf(work);
    const before = new Set<number>();
    for (const place of places) {
      const earlier = last.get(place);
      if (earlier !== undefined) before.add(earlier);
      last.set(place, position);
    }
    return [...before].sort((one, other) => one - other);
  });
}

function placesOf({ infra, changes }: Touching): Set<string> {
  return new Set(
    changes.flatMap((change) => placesOfChange(change).map((place) => JSON.stringify([infra, place]))),
  );
}

interface ChangeReport {
  kind?: unknown;
  name?: unknown;
  before?: { servers?: unknown } | null;
  after?: { servers?: unknown } | null;
}

/** Servers, and the thing itself where it is on none. */
function placesOfChange({ kind, name, before, after }: ChangeReport): string[] {
  const own = String(name);
  if (kind === 'server') return [`server ${own}`];
  if (kind === 'taskserv') return [`server ${own.split('/')[0]}`];
  const servers = [before?.servers, after?.servers].flatMap((all) => (Array.isArray(all) ? all : []));
  return [`${String(kind)} ${own}`, ...servers.map((server) => `server ${String(server)}`)];
}
