import { YAML_UNKNOWN_ALIAS, yamlFaultSentence } from '@provisioning/command-line';
import { isCollection, LineCounter, parseDocument, visit, type Document } from 'yaml';

/** A text that is neither YAML nor JSON; the message says where and why. */
export class YamlFault extends Error {}

/** Reads one document of YAML, of which JSON is a part. @throws YamlFault */
export function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const [fault] = [...document.errors, ...document.warnings];
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  if (fault) throw new YamlFault(`${at(fault.pos[0])}: ${yamlFaultSentence(fault.code)}`);
  const misuse = misuseIn(document);
  if (misuse) throw new YamlFault(`${at(misuse.offset)}: ${misuse.sentence}`);
  try {
    return document.toJS() as unknown;
  } catch {
    throw new YamlFault('With its aliases written out it would be too large.');
  }
}

/** What is valid YAML, but is no data as JSON knows them. */
function misuseIn(document: Document.Parsed): { offset: number; sentence: string } | undefined {
  let found: { offset: number; sentence: string } | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      found = { offset: node.range?.[0] ?? 0, sentence: YAML_UNKNOWN_ALIAS };
      return visit.BREAK;
    },
    Pair(_, { key }) {
      if (!isCollection(key)) return undefined;
      found = { offset: key.range?.[0] ?? 0, sentence: yamlFaultSentence('NON_STRING_KEY') };
      return visit.BREAK;
    },
  });
  return found;
}
