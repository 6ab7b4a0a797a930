import { describe, expect, it } from '@jest/globals';
import type { AnyOperation } from './operation.js';
import { controlCenterOperations, operationsOf, orchestrator, orchestratorOperations } from './operations.js';

const all = [...orchestratorOperations, ...controlCenterOperations];
const each = all.map((operation) => [operation.id, operation] as const);

/** What the API document shows, endpoint by endpoint. */
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

  it('have ids that occur once and are their names', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(Object.entries(orchestrator).filter(([name, { id }]) => name !== id)).toEqual([]);
  });

  it.each(['orchestrator', 'control-center'] as const)('of the %s have routes that occur once', (service) => {
    const routes = operationsOf(service).map(routeOf);
    expect(new Set(routes).size).toBe(routes.length);
    expect(operationsOf(service).every((operation) => operation.service === service)).toBe(true);
  });

  it('stand in an order in which no template takes a plain path', () => {
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

  it('count sign-in, batches and probes apart from the rest', () => {
    const inClass = (rateClass: string) =>
      all.filter((operation) => operation.rateClass === rateClass).map(routeOf);
    expect(inClass('auth').sort()).toEqual(['post /auth/login', 'post /auth/refresh']);
    expect(inClass('batch').sort()).toEqual(
      orchestratorOperations
        .map(routeOf)
        .filter((route) => route.startsWith('post /batch/'))
        .sort(),
    );
    expect(new Set(inClass('none'))).toEqual(new Set(['get /health', 'get /livez', 'get /readyz']));
  });

  it('are open to nobody unknown but for probes and signing in', () => {
    const open = all.filter(({ permission }) => permission === 'public').map(({ id }) => id);
    expect(open.filter((id) => !/(Health|Live|Ready)$/.test(id)).sort()).toEqual(['login', 'refresh']);
  });
});

describe.each(each)('%s', (_id, operation) => {
  it('says what it is and where it belongs', () => {
    expect(operation.id).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
    expect(operation.tag).not.toBe('');
  });

  it('has a parameter for each template of its path, and for nothing else', () => {
    expect(Object.keys(operation.params?.properties ?? {})).toEqual(templatesOf(operation.path));
  });

  it('asks the policies about members that are checked', () => {
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

  it('is read on by a member of its items', () => {
    const { list, data } = operation.success;
    if (!list) return;
    const { items } = data as unknown as { items: { properties: Record<string, { title?: string }> } };
    expect(Object.keys(operation.query?.properties ?? {})).toContain(list.parameter);
    expect(Object.keys(items.properties)).toContain(list.member);
  });

  it('answers 201 with a Location only where something was made', () => {
    if (operation.success.status === 201) {
      expect(operation.method).toBe('post');
      expect(operation.success.location).toBe(true);
    }
    if (operation.success.location) expect(operation.idempotent).toBe(true);
    if (operation.idempotent) expect(operation.method).toBe('post');
  });

  it('can miss what its path names', () => {
    if (operation.params) expect(operation.errors).toContain(404);
  });
});
