import { nearest } from '@provisioning/input';

/** The kinds of definitions, and the folder of the workspace's `definitions/` that holds it. */
export const DEFINED = {
  taskserv: { noun: 'task service', folder: 'taskservs' },
  cluster: { noun: 'cluster type', folder: 'clusters' },
} as const;
/** One of the kinds of definitions. */
export type DefinedKind = keyof typeof DEFINED;

/** Maximum number of names in a message. */
const MAX_LISTED = 20;

/** The names of all definitions at the time they were read. */
export class KnownDefinitions {
  readonly #names: Readonly<Record<DefinedKind, ReadonlySet<string>>>;

  constructor(names: Record<DefinedKind, readonly string[]>) {
    this.#names = { taskserv: new Set(names.taskserv), cluster: new Set(names.cluster) };
  }

  has(kind: DefinedKind, name: string): boolean {
    return this.#names[kind].has(name);
  }

  /** The fault of an undefined name. It follows the path of the field; its last sentence has no full stop. */
  fault(kind: DefinedKind, name: string): string {
    return `must be a defined ${DEFINED[kind].noun}, but is "${name}". ${this.advice(kind, name)}`;
  }

  /** The nearest name, the defined names, and where to add a definition; the last sentence has no full stop. */
  advice(kind: DefinedKind, name: string): string {
    const { noun, folder } = DEFINED[kind];
    const names = [...this.#names[kind]];
    const similar = nearest(name, names);
    const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
    return [
      ...(similar === undefined ? [] : [`Did you mean "${similar}"?`]),
      names.length === 0
        ? `No ${noun} is defined.`
        : `Defined: ${names.slice(0, MAX_LISTED).join(', ')}${more}.`,
      `To define one, add definitions/${folder}/<name>/definition.toml to the workspace (PROVISIONING_WORKSPACE)`,
    ].join(' ');
  }
}
