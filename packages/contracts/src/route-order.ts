import type { AnyOperation, Method } from './operation.js';

const METHODS: readonly Method[] = ['get', 'post', 'put', 'delete'];

/**
 * Compares two operations by path, then by method. A literal segment precedes a template: the router uses the first
 * match and would otherwise match `/rollback/statistics` with `/rollback/{id}`.
 */
export function byRoute(a: AnyOperation, b: AnyOperation): number {
  const left = a.path.split('/');
  const right = b.path.split('/');
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (segment !== other) return bySegment(segment, other);
  }
  return left.length - right.length || METHODS.indexOf(a.method) - METHODS.indexOf(b.method);
}

function bySegment(a: string, b: string): number {
  const templates = Number(a.startsWith('{')) - Number(b.startsWith('{'));
  return templates || (a < b ? -1 : 1);
}
