import { YAML_MERGE_KEY, YAML_UNKNOWN_ALIAS, yamlFaultSentence } from '@provisioning/command-line';
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type ParsedNode } from 'yaml';
import type { Located, LocatedField } from '../source/located.js';
import { MAX_DEPTH, SourceError } from '../source/source-error.js';
import { withinStack } from './parse-json.js';

// Aliases of aliases can make gigabytes of a few lines.
const MAX_NODES = 100_000;

/** One YAML 1.2 document with the core schema: no tags of its own. @throws SourceError */
export function parseYaml(text: string): Located {
  const document = withinStack(() => parseDocument(text, { prettyErrors: false, uniqueKeys: true }));
  const [fault] = [...document.errors, ...document.warnings];
  if (fault)
    throw new SourceError(
      `This is not YAML as it is read here: ${yamlFaultSentence(fault.code)}`,
      fault.pos[0],
    );
  if (!document.contents) throw new SourceError('The file is empty.', 0);
  return new Locator(document).locate(document.contents, 0);
}

class Locator {
  #nodes = 0;

  constructor(private readonly document: Document.Parsed) {}

  locate(node: ParsedNode | null, depth: number): Located {
    if (!node) return { kind: 'scalar', value: null };
    const at = node.range[0];
    if (depth > MAX_DEPTH)
      throw new SourceError(`Values are nested more than ${MAX_DEPTH} levels deep here.`, at);
    if (++this.#nodes > MAX_NODES) {
      throw new SourceError(`With its aliases written out, the file has more than ${MAX_NODES} values.`, at);
    }
    if (isAlias(node)) return this.#target(node.resolve(this.document) as ParsedNode | undefined, at, depth);
    if (isSeq(node)) {
      return { kind: 'array', items: node.items.map((item) => this.locate(item, depth + 1)), at };
    }
    if (isMap(node)) return { kind: 'record', fields: this.#fields(node, depth), at };
    return { kind: 'scalar', value: scalar(node.value, at), at };
  }

  #target(target: ParsedNode | undefined, at: number, depth: number): Located {
    if (!target) throw new SourceError(YAML_UNKNOWN_ALIAS, at);
    return this.locate(target, depth + 1);
  }

  #fields(node: ParsedNode & { items: { key: ParsedNode; value: ParsedNode | null }[] }, depth: number) {
    const fields = new Map<string, LocatedField>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) throw new SourceError('The name of a field must be a text.', key.range[0]);
      // A directive for YAML 1.1 makes a symbol of it.
      if (typeof key.value === 'symbol') throw new SourceError(YAML_MERGE_KEY, key.range[0]);
      fields.set(String(key.value), { value: this.locate(value, depth + 1), keyAt: key.range[0] });
    }
    return fields;
  }
}

function scalar(value: unknown, at: number): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  throw new SourceError('This value is of a kind that settings have no use for.', at);
}
