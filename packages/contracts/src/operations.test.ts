import { describe, expect, it } from '@jest/globals';
import type { AnyOperation } from './operation.js';
import { controlCenterOperations, operationsOf, orchestrator, orchestratorOperations } from './operations.js';

const all = [...orchestratorOperations, ...controlCenterOperations];
const each = all.map((operation) => [operation.id, operation] as const);

/** The endpoints of the API document. */
const DOCUMENTED = {
  orchestrator: [
    'get /health',
    'get /tasks',
    'get /tasks/{id}',
    'post /workflows/servers/create',
    'post /workflows/taskserv/create',
    'post /workflows/cluster/create',
    'post /batch/execute',
    'get /batch/operations',
    'get /batch/operations/{id}',
    'post /batch/operations/{id}/cancel',
    'get /state/workflows/{id}/progress',
    'get /state/workflows/{id}/snapshots',
    'get /state/system/metrics',
    'get /state/system/health',
    'get /state/statistics',
    'post /rollback/checkpoints',
    'get /rollback/checkpoints',
    'get /rollback/checkpoints/{id}',
    'post /rollback/execute',
    'post /rollback/restore/{id}',
    'get /rollback/statistics',
  ],
  'control-center': [
    'post /auth/login',
    'post /auth/refresh',
    'post /auth/logout',
    'get /users',
    'post /users',
    'put /users/{id}',
    'delete /users/{id}',
    'get /policies',
    'post /policies',
    'put /policies/{id}',
    'get /audit/logs',
  ],
} as const;

const routeOf = ({ method, path }: AnyOperation) => `${method} ${path}`;
const templatesOf = (path: string) => [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => String(name));

describe('the operations', () => {
  it.each(['orchestrator', 'control-center'] as const)(
    'of the %s hold all that the API document shows',
    (service) => {
      const documented = operationsOf(service).filter(({ addition }) => !addition);
      expect(documented.map(routeOf).sort()).toEqual([...DOCUMENTED[service]].sort());
    },
  );

  it('have unique ids that equal their export names', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(Object.entries(orchestrator).filter(([name, { id }]) => name !== id)).toEqual([]);
  });

  it.each(['orchestrator', 'control-center'] as const)('of the %s have unique routes', (service) => {
    const routes = operationsOf(service).map(routeOf);
    expect(new Set(routes).size).toBe(routes.length);
    expect(operationsOf(service).every((operation) => operation.service === service)).toBe(true);
  });

  it('are ordered so that no template matches a literal path', () => {
    for (const operations of [orchestratorOperations, controlCenterOperations]) {
      const shadowed = operations.filter(({ path, method }, index) =>
        operations.slice(0, index).some((before) => {
          const pattern = new RegExp(`^${before.path.replaceAll(/\{[a-z_]+\}/g, '[^/]+')}$`);
          return before.path !== path && before.method === method && pattern.test(path);
        }),
      );
      expect(shadowed.map(routeOf)).toEqual([]);
    }
  });

  it('have rate classes of their own for sign-in, batches and probes', () => {
    const inClass = (rateClass: string) =>
      all.filter((operation) => operation.rateClass === rateClass).map(routeOf);
    expect(inClass('auth').sort()).toEqual(['post /auth/login', 'post /auth/refresh']);
    expect(inClass('batch').sort()).toEqual(
      orchestratorOperations
        .map(routeOf)
        // A plan stores nothing, and an editor asks for one after each pause.
        .filter(
          (route) =>
            (route.startsWith('post /batch/') && route !== 'post /batch/plan') ||
            /^post \/plans(\/\{id\}\/(execute|cancel))?$/.test(route),
        )
        .sort(),
    );
    expect(new Set(inClass('none'))).toEqual(new Set(['get /health', 'get /livez', 'get /readyz']));
  });

  it('require authentication, except probes and sign-in', () => {
    const open = all.filter(({ permission }) => permission === 'public').map(({ id }) => id);
    expect(open.filter((id) => !/(Health|Live|Ready)$/.test(id)).sort()).toEqual(['login', 'refresh']);
  });
});

describe.each(each)('%s', (_id, operation) => {
  it('has a summary, a tag and a service', () => {
    expect(operation.id).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
    expect(operation.tag).not.toBe('');
  });

  it('has exactly the parameters of its path template', () => {
    expect(Object.keys(operation.params?.properties ?? {})).toEqual(templatesOf(operation.path));
  });

  it('uses only validated fields in its permission', () => {
    const { permission } = operation;
    if (typeof permission === 'string') return;
    const members = {
      params: operation.params?.properties,
      query: operation.query?.properties,
      body: (operation.body as { properties?: object } | undefined)?.properties,
    };
    for (const [, where, name] of permission.resource.matchAll(/\{(params|query|body)\.([a-z_]+)\}/g)) {
      expect(Object.keys(members[where as keyof typeof members] ?? {})).toContain(name);
    }
    expect(permission.resource.replaceAll(/\{(params|query|body)\.[a-z_]+\}/g, 'x')).toMatch(
      /^[a-z]+:(\*|x(\/x)?)$/,
    );
    if (permission.actionFrom) expect(Object.keys(members.body ?? {})).toContain('operation');
  });

  it('pages when it is a list', () => {
    const { list } = operation.success;
    const paging = ['limit', 'offset'].filter((name) => name in (operation.query?.properties ?? {}));
    if (list) expect(paging).toEqual(['limit', 'offset']);
    else expect(paging).not.toContain('offset');
  });

  it('has a cursor that is a field of its items', () => {
    const { list, data } = operation.success;
    if (!list) return;
    const { items } = data as unknown as { items: { properties: Record<string, { title?: string }> } };
    expect(Object.keys(operation.query?.properties ?? {})).toContain(list.parameter);
    expect(Object.keys(items.properties)).toContain(list.member);
  });

  it('returns 201 with a Location only if it creates a resource', () => {
    if (operation.success.status === 201) {
      expect(operation.method).toBe('post');
      expect(operation.success.location).toBe(true);
    }
    if (operation.success.location) expect(operation.idempotent).toBe(true);
    if (operation.idempotent) expect(operation.method).toBe('post');
  });

  it('declares 404 if its path has an id', () => {
    if (operation.params) expect(operation.errors).toContain(404);
  });
});
