/** A resource as its driver describes it. Which members there are depends on the kind and on the driver. */
export type Body = Record<string, unknown>;

/** The ids by which a resource is recognised: its own, and those of the resources that it was created again for. */
export function idsOf(body: Body): unknown[] {
  const restores = body['restores'];
  return Array.isArray(restores) ? [body['id'], ...listOf(restores)] : [body['id']];
}

/** Names of the servers on which a task service or a cluster is installed; none for a server. */
export function serversOf({ kind, name, body }: { kind: string; name: string; body: Body | null }): string[] {
  if (kind === 'taskserv') return [name.split('/')[0] ?? ''];
  const servers = kind === 'cluster' ? body?.['servers'] : undefined;
  return Array.isArray(servers) ? listOf(servers).map(String) : [];
}

/** Array.isArray narrows to any[]: this gives the elements their type back. */
function listOf(list: readonly unknown[]): readonly unknown[] {
  return list;
}
