import leven from 'leven';

/** What can be defined, and the folder of the workspace's `definitions/` that holds it. */
export const DEFINED = {
  taskserv: { noun: 'task service', folder: 'taskservs' },
  cluster: { noun: 'cluster type', folder: 'clusters' },
} as const;
export type DefinedKind = keyof typeof DEFINED;

/** Names that a message lists at most. */
const MAX_LISTED = 20;

/** The names of all definitions, as they were when they were read. */
export class KnownDefinitions {
  readonly #names: Readonly<Record<DefinedKind, ReadonlySet<string>>>;

  constructor(names: Record<DefinedKind, readonly string[]>) {
    this.#names = { taskserv: new Set(names.taskserv), cluster: new Set(names.cluster) };
  }

  has(kind: DefinedKind, name: string): boolean {
    return this.#names[kind].has(name);
  }

  /** What is wrong with a name that is not defined, to follow the name of the field; the last sentence has no full stop. */
  fault(kind: DefinedKind, name: string): string {
    return `must be a defined ${DEFINED[kind].noun}, and is "${name}". ${this.advice(kind, name)}`;
  }

  /** The nearest name, the names there are, and where a definition belongs; the last sentence has no full stop. */
  advice(kind: DefinedKind, name: string): string {
    const { noun, folder } = DEFINED[kind];
    const names = [...this.#names[kind]];
    const nearest = nearestTo(name, names);
    const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
    return [
      ...(nearest === undefined ? [] : [`Did you mean "${nearest}"?`]),
      names.length === 0
        ? `No ${noun} is defined.`
        : `Defined are ${names.slice(0, MAX_LISTED).join(', ')}${more}.`,
      `To define another one, add definitions/${folder}/<name>/definition.toml to the workspace (PROVISIONING_WORKSPACE)`,
    ].join(' ');
  }
}

/** The name that was probably meant: one that begins alike, or differs in a third of its letters at most. */
function nearestTo(asked: string, names: readonly string[]): string | undefined {
  const word = asked.toLowerCase();
  const [nearest] = names
    .map((name) => ({ name, distance: leven(name.toLowerCase(), word) }))
    .sort((one, other) => one.distance - other.distance)
    .filter(
      ({ name, distance }) =>
        distance <= Math.max(2, word.length / 3) ||
        name.toLowerCase().startsWith(word) ||
        word.startsWith(name.toLowerCase()),
    );
  return nearest?.name;
}
