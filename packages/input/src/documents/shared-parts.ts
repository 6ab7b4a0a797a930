import type { Located } from './located.js';

/**
 * The document without the top-level members for authors and editors: those whose name starts with `x-`, which contain
 * parts that others refer to, and `$schema`.
 */
export function withoutSharedParts(root: Located): Located {
  if (root.kind !== 'record') return root;
  const fields = [...root.fields].filter(([name]) => !name.startsWith('x-') && name !== '$schema');
  return { ...root, fields: new Map(fields) };
}
