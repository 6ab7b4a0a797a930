import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';

export type Json = Record<string, unknown>;

/**
 * Gathers the named schemas of a document. A schema with a `title` becomes a component of that name and is referred
 * to.
 */
export class SchemaComponents {
  readonly #named = new Map<string, Json>();

  /** A schema as it stands in the document. @throws Error where two different schemas have one title. */
  place(schema: TSchema): unknown {
    return this.#visit(JSON.parse(JSON.stringify(schema)) as unknown);
  }

  /** All that were referred to, by name. */
  all(): Record<string, Json> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #visit(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#visit(item));
    if (typeof node !== 'object' || node === null) return node;
    const visited = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.#visit(value)]));
    // A property may be called `title` too; then it is a schema, not a text.
    return typeof visited['title'] === 'string' ? this.#refer(visited['title'], visited) : visited;
  }

  #refer(title: string, { title: _title, default: fallback, ...schema }: Json): Json {
    const known = this.#named.get(title);
    if (known && !isDeepStrictEqual(known, schema)) {
      throw new Error(`Two different schemas are called ${title}: give one of them another title.`);
    }
    this.#named.set(title, schema);
    return {
      $ref: `#/components/schemas/${title}`,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }
}
