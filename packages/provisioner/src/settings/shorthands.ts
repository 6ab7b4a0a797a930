import type { Located, LocatedField } from '@provisioning/input/documents';

/** `taskservs = ["kubernetes"]` is short for `taskservs = [{ name = "kubernetes" }]`; clusters likewise. */
export function expandShorthands(root: Located): Located {
  if (root.kind !== 'record') return root;
  const fields = new Map(root.fields);
  for (const name of ['taskservs', 'clusters']) {
    const field = fields.get(name);
    if (field?.value.kind === 'array') fields.set(name, expandItems(field));
  }
  return { ...root, fields };
}

function expandItems(field: LocatedField): LocatedField {
  if (field.value.kind !== 'array') return field;
  const items = field.value.items.map((item): Located => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return item;
    return { kind: 'record', fields: new Map([['name', { value: item, keyAt: item.at }]]), at: item.at };
  });
  return { ...field, value: { ...field.value, items } };
}
