import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** Collects the named schemas of a document: a schema with a `title` becomes a component and is referenced. */
export class SchemaComponents {
  readonly #named = new Map<string, Json>();

  /** Returns the schema as it appears in the document. @throws Error if two different schemas have the same title */
  place(schema: TSchema): unknown {
    return this.#visit(JSON.parse(JSON.stringify(schema)) as unknown);
  }

  /** The referenced schemas by name. */
  all(): Record<string, Json> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #visit(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#visit(item));
    if (typeof node !== 'object' || node === null) return node;
    const visited = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.#visit(value)]));
    // An object may have a property named `title`; its value is then a schema, not a string.
    return typeof visited['title'] === 'string' ? this.#refer(visited['title'], visited) : visited;
  }

  #refer(title: string, { title: _title, default: fallback, ...schema }: Json): Json {
    const known = this.#named.get(title);
    if (known && !isDeepStrictEqual(known, schema)) {
      throw new Error(`Two different schemas have the title ${title}. Rename one of them.`);
    }
    this.#named.set(title, schema);
    return {
      $ref: `#/components/schemas/${title}`,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }
}
