/** Parses a form of the Query API: `Filter.1.Value.2=x` is `{ Filter: [{ Value: [, 'x'] }] }`, without holes. */
export type Node = string | Node[] | { [name: string]: Node };

type Tree = Map<string, Tree | string>;

export function parseQuery(form: URLSearchParams): { [name: string]: Node } {
  const root: Tree = new Map();
  for (const [path, value] of form) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at = root;
    for (const name of names) {
      let next = at.get(name);
      if (!(next instanceof Map)) at.set(name, (next = new Map()));
      at = next;
    }
    at.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, tree]) => [name, nodeOf(tree)]));
}

function nodeOf(tree: Tree | string): Node {
  if (typeof tree === 'string') return tree;
  const entries = [...tree].map(([name, inner]): [string, Node] => [name, nodeOf(inner)]);
  const isList = entries.every(([name]) => /^\d+$/.test(name));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

export function textIn(node: Node | undefined, ...path: string[]): string | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return typeof node === 'string' ? node : undefined;
  if (typeof node !== 'object' || Array.isArray(node)) return undefined;
  return textIn(node[name], ...rest);
}

export function listIn(node: Node | undefined, name: string): Node[] {
  const inner = typeof node === 'object' && !Array.isArray(node) ? node[name] : undefined;
  return Array.isArray(inner) ? inner : [];
}

export function textsIn(node: Node | undefined, name: string): string[] {
  return listIn(node, name).filter((one) => typeof one === 'string');
}

/** The text of an answer: lists are sets of items. */
export type Answer =
  string | number | boolean | Date | undefined | readonly Answer[] | { [name: string]: Answer };

export function toXml(name: string, answer: Answer): string {
  if (answer === undefined) return '';
  if (Array.isArray(answer))
    return `<${name}>${answer.map((one: Answer) => toXml('item', one)).join('')}</${name}>`;
  if (answer instanceof Date) return `<${name}>${answer.toISOString()}</${name}>`;
  if (typeof answer === 'object') {
    const inner = Object.entries(answer as Record<string, Answer>).map(([key, value]) => toXml(key, value));
    return `<${name}>${inner.join('')}</${name}>`;
  }
  return `<${name}>${escaped(String(answer))}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']|[^\S ]/g, (char) => `&#${char.charCodeAt(0)};`);
}
