import type { Path } from '../path.js';

/**
 * Plain data with positions, so that a fault that is found after parsing still names the line. `at` is an offset into the
 * text; it is absent for formats whose parser has no positions.
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

/** A field of a record: its value, and the position of its name. */
export interface LocatedField {
  value: Located;
  /** The position of its name. */
  keyAt?: number | undefined;
}

/** A record with its fields by name. */
export interface LocatedRecord {
  kind: 'record';
  fields: Map<string, LocatedField>;
  at?: number | undefined;
}

/** The data without positions. Records have no prototype: a field called `__proto__` is an ordinary field. */
export function toPlain(located: Located): unknown {
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'array') return located.items.map(toPlain);
  return Object.fromEntries([...located.fields].map(([name, field]) => [name, toPlain(field.value)]));
}

/** The position of the value at that path, or of the nearest value around it that has one. */
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

/** The position of a field's name. */
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
