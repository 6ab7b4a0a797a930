import type { Located } from './located.js';

/**
 * The document without what is there for its writer and editor alone, at the top: members whose name begins with `x-`,
 * which hold parts that others refer to, and `$schema`.
 */
export function withoutSharedParts(root: Located): Located {
  if (root.kind !== 'record') return root;
  const fields = [...root.fields].filter(([name]) => !name.startsWith('x-') && name !== '$schema');
  return { ...root, fields: new Map(fields) };
}
