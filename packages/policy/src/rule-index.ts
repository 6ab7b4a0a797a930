import type { CompiledRule } from './compile-policy.js';
import type { Resource } from './resource-pattern.js';

interface Placed {
  rule: CompiledRule;
  place: number;
}

/** Finds the rules for an object by its type and id, without testing each rule. */
export class RuleIndex {
  /** By `type:id`. */
  readonly #exact = new Map<string, Placed[]>();
  /** By the text before the `*`. */
  readonly #open = new Map<string, Placed[]>();
  readonly #lengths: readonly number[];

  constructor(rules: readonly CompiledRule[]) {
    rules.forEach((rule, place) => {
      const { text } = rule.resource;
      const isOpen = text.endsWith('*');
      const index = isOpen ? this.#open : this.#exact;
      const stem = isOpen ? text.slice(0, -1) : text;
      const known = index.get(stem);
      if (known) known.push({ rule, place });
      else index.set(stem, [{ rule, place }]);
    });
    this.#lengths = [...new Set([...this.#open.keys()].map((stem) => stem.length))];
  }

  /** The rules that match, in the order in which the index got them. */
  matching({ type, id }: Resource): CompiledRule[] {
    const name = `${type}:${id}`;
    const found = [...(this.#exact.get(name) ?? [])];
    for (const length of this.#lengths) {
      if (length <= name.length) found.push(...(this.#open.get(name.slice(0, length)) ?? []));
    }
    return found.sort((a, b) => a.place - b.place).map(({ rule }) => rule);
  }
}
