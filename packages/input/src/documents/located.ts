import type { Path } from '../path.js';

/**
 * Plain data that remembers where it was written, so that a fault found long after parsing still points at the line.
 * `at` is an offset into the text; formats whose parser keeps no positions leave it out.
 */
export type Located = LocatedScalar | LocatedArray | LocatedRecord;

interface LocatedScalar {
  kind: 'scalar';
  value: string | number | boolean | null | Date;
  /** An enum tag of Nickel: exported as a string, but not equal to one. */
  tag?: boolean;
  at?: number | undefined;
}

interface LocatedArray {
  kind: 'array';
  items: Located[];
  at?: number | undefined;
}

export interface LocatedField {
  value: Located;
  /** Where its name stands. */
  keyAt?: number | undefined;
}

export interface LocatedRecord {
  kind: 'record';
  fields: Map<string, LocatedField>;
  at?: number | undefined;
}

/** The data alone. Records have no prototype trap: a field called `__proto__` is a field like any other. */
export function toPlain(located: Located): unknown {
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'array') return located.items.map(toPlain);
  return Object.fromEntries([...located.fields].map(([name, field]) => [name, toPlain(field.value)]));
}

/** Where the value at that path stands, or the nearest thing around it that has a place. */
export function offsetOf(root: Located, path: Path): number | undefined {
  let here: Located | undefined = root;
  let nearest = root.at;
  for (const step of path) {
    if (here?.kind === 'array') here = here.items[Number(step)];
    else here = here?.kind === 'record' ? here.fields.get(String(step))?.value : undefined;
    nearest = here?.at ?? nearest;
  }
  return nearest;
}

/** Where the name of a field stands. */
export function offsetOfName(root: Located, path: Path): number | undefined {
  const record = valueAt(root, path.slice(0, -1));
  const name = String(path.at(-1));
  return (record?.kind === 'record' ? record.fields.get(name)?.keyAt : undefined) ?? offsetOf(root, path);
}

function valueAt(root: Located, path: Path): Located | undefined {
  return path.reduce<Located | undefined>((here, step) => {
    if (here?.kind === 'array') return here.items[Number(step)];
    return here?.kind === 'record' ? here.fields.get(String(step))?.value : undefined;
  }, root);
}
