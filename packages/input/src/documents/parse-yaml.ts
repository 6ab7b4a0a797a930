import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { MAX_DEPTH, tooDeep, withinStack } from './depth.js';
import type { Located, LocatedField } from './located.js';
import { SourceError, twice } from './source-error.js';
import { yamlFaultSentence } from './yaml-fault.js';

/** Aliases of aliases can expand a few lines to gigabytes. */
const MAX_VALUES = 100_000;

/**
 * One YAML document, of which JSON is a subset: 1.2, or 1.1 if the text has a `%YAML 1.1` line. Merge keys (`<<`) are
 * applied in both. A tag outside the core schema is refused, never dropped.
 * @throws SourceError
 */
export function parseYaml(text: string): Located {
  // Duplicate members are found below, in time proportional to their number.
  const document = withinStack(() =>
    parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'error' }),
  );
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new SourceError(yamlFaultSentence(fault.code), fault.pos[0]);
  if (!document.contents) throw new SourceError('The file is empty.', 0);
  return new Locator(targetsOf(document)).locate(document.contents, 0);
}

/** The node of each alias: the last one before it that has the anchor. */
function targetsOf(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  withinStack(() =>
    visit(document, {
      Alias(_, alias) {
        const target = anchors.get(alias.source);
        if (target) targets.set(alias, target);
      },
      Value(_, node) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    }),
  );
  return targets;
}

const CORE_TAGS = new Set(['map', 'seq', 'str', 'int', 'float', 'bool', 'null']);

class Locator {
  #values = 0;

  constructor(private readonly targets: ReadonlyMap<Alias, Node>) {}

  locate(node: Node, depth: number): Located {
    const at = offsetOf(node);
    if (depth > MAX_DEPTH) throw tooDeep(at);
    if (++this.#values > MAX_VALUES) {
      throw new SourceError(`With its aliases written out, the file has more than ${MAX_VALUES} values.`, at);
    }
    if (isAlias(node)) return this.locate(this.#target(node), depth + 1);
    if (node.tag !== undefined && !CORE_TAGS.has(node.tag.replace('tag:yaml.org,2002:', '')))
      throw new SourceError(yamlFaultSentence('TAG_RESOLVE_FAILED'), at);
    if (isSeq(node)) {
      return { kind: 'array', items: node.items.map((item) => this.#value(item, depth + 1)), at };
    }
    if (isMap(node)) return { kind: 'record', fields: this.#fields(node.items, depth), at };
    // Safe cast: maps, lists and aliases were handled before.
    return { kind: 'scalar', value: scalar((node as Scalar).value, at), at };
  }

  /** A value that is left out is null. */
  #value(node: unknown, depth: number): Located {
    return isNode(node) ? this.locate(node, depth) : { kind: 'scalar', value: null };
  }

  #target(alias: Alias): Node {
    const target = this.targets.get(alias);
    if (target) return target;
    throw new SourceError('This alias has no anchor. The anchor must precede it.', offsetOf(alias));
  }

  /** The members of a record: its own, then those of merged records that it does not have. */
  #fields(pairs: readonly Pair[], depth: number): Map<string, LocatedField> {
    const fields = new Map<string, LocatedField>();
    let merged: { value: unknown; at: number } | undefined;
    for (const { key, value } of pairs) {
      const at = isNode(key) ? offsetOf(key) : undefined;
      if (isMergeKey(key)) {
        if (merged)
          throw new SourceError('The member "<<" is defined twice. Write it once, with a list.', at);
        merged = { value, at: at ?? 0 };
        continue;
      }
      const name = nameOf(key, at);
      if (fields.has(name)) throw twice(name, at);
      fields.set(name, { value: this.#value(value, depth + 1), keyAt: at });
    }
    if (!merged) return fields;
    for (const record of this.#merged(merged.value, merged.at, depth + 1))
      for (const [name, field] of record) if (!fields.has(name)) fields.set(name, field);
    return fields;
  }

  /** The records after a merge key, in the order of precedence. */
  #merged(value: unknown, at: number, depth: number): ReadonlyMap<string, LocatedField>[] {
    const located = this.#value(value, depth);
    return (located.kind === 'array' ? located.items : [located]).map((item) => {
      if (item.kind === 'record') return item.fields;
      throw new SourceError(
        '"<<" must be followed by a record, by an alias of one, or by a list of these.',
        at,
      );
    });
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** YAML 1.1 parses it as a symbol. In quotes it is an ordinary name. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (typeof key.value === 'symbol' || (key.value === '<<' && key.type === 'PLAIN'));
}

/** An unquoted name is its text: also `1.0` and `yes`. */
function nameOf(key: unknown, at: number | undefined): string {
  if (isScalar(key)) {
    if (typeof key.value === 'string') return key.value;
    if (key.source && (typeof key.value === 'number' || typeof key.value === 'boolean')) return key.source;
  }
  throw new SourceError(yamlFaultSentence('NON_STRING_KEY'), at);
}

function scalar(value: unknown, at: number): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  throw new SourceError(
    'This value is neither a text, a number, true, false nor null. A text must be in quotes.',
    at,
  );
}
