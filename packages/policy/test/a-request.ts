import type { DecisionRequest } from '../src/index.js';

const NOW = new Date('2026-11-23T22:30:15.250Z');

type Overrides = Partial<Omit<DecisionRequest, 'principal'>> & { roles?: readonly string[] };

/** A request to read the servers of production, unless overridden. */
export function aRequest({ roles = [], ...rest }: Overrides = {}): DecisionRequest {
  return {
    principal: { id: 'u-1', username: 'ada', email: 'ada@example.com', roles },
    action: 'read',
    resource: 'servers:production',
    request: { time: NOW, ip: '10.0.0.1', method: 'GET', path: '/servers' },
    context: {},
    ...rest,
  };
}
