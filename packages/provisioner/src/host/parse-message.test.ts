import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseMessage } from './parse-message.js';
import type { RunMessage } from './protocol.js';

const server = { name: 'web-01', plan: 'p', zone: 'z' };
const shared = { id: 'op', infra: 'production', provider: 'local' };
const run: RunMessage = {
  type: 'run',
  id: '1',
  action: 'apply',
  check: false,
  idempotency_key: 'k',
  operation: { ...shared, type: 'server_batch', server_configs: [server] },
};
const change = {
  type: 'resource',
  kind: 'server',
  name: 'a',
  infra: 'i',
  action: 'created',
  driver: 'local',
};

describe('a message of the executor', () => {
  it.each<object>([
    run,
    { ...run, operation: { ...shared, type: 'taskserv_batch', taskservs: ['a'], servers: ['b'] } },
    { ...run, operation: { ...shared, type: 'taskserv_batch', taskservs: ['a'] } },
    { ...run, operation: { ...shared, type: 'cluster_batch', cluster_type: 'buildkit' } },
    { ...run, action: 'undo', changes: [{ ...change, before: null, after: { id: 'x' } }] },
    { ...run, later: 'members may be added' },
    { type: 'cancel', id: '1' },
  ])('%j is understood', (message) => {
    expect(parseMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each<unknown>([
    null,
    [],
    'run',
    {},
    { type: 'cancel' },
    { ...run, action: 'destroy' },
    { ...run, check: 'no' },
    { ...run, idempotency_key: '' },
    { ...run, operation: { ...shared, type: 'command_batch', commands: ['ls'] } },
    { ...run, operation: { ...run.operation, infra: undefined } },
    { ...run, operation: { ...shared, type: 'server_batch', server_configs: [] } },
    { ...run, operation: { ...shared, type: 'server_batch', server_configs: [{ name: 'a' }] } },
    { ...run, operation: { ...shared, type: 'taskserv_batch', taskservs: 'a' } },
    { ...run, changes: [{ ...change, before: null, after: 'x' }] },
  ])('%j is rubbish', (message) => {
    expect(parseMessage(JSON.stringify(message))).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseMessage(line)));
  });
});
