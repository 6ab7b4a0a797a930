import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseReport } from './parse-report.js';
import { MAX_REPORT_BYTES, type Report } from './types.js';

const RESOURCE = { type: 'resource', kind: 'server', name: 'web-01', infra: 'production', action: 'created' };

describe('a line of a report', () => {
  it.each<Report>([
    { type: 'plan', steps: 0 },
    {
      type: 'planned',
      change: 'create',
      kind: 'server',
      name: 'web-01',
      infra: 'production',
      provider: null,
      before: null,
      after: { plan: 'small' },
    },
    { type: 'step', name: 'Create server web-01', index: 1, total: 3, state: 'started' },
    { type: 'step', name: 'x', state: 'skipped' },
    {
      type: 'resource',
      kind: 'server',
      name: 'web-01',
      infra: 'production',
      action: 'changed',
      driver: 'local',
      before: {},
      after: { a: [1] },
    },
    { type: 'result', message: 'Successfully created 3 servers', data: { any: ['thing', null] } },
    { type: 'result', message: 'Done' },
    { type: 'error', message: 'The disk is full.' },
  ])('%j is read as it is', (report) => {
    expect(parseReport(JSON.stringify(report))).toEqual(report);
  });

  it('loses unknown members, and gets defaults for missing ones', () => {
    expect(parseReport(JSON.stringify({ ...RESOURCE, colour: 'red' }))).toEqual({
      ...RESOURCE,
      driver: null,
      before: null,
      after: null,
    });
  });

  it.each<string>([
    '',
    'Successfully created 3 servers',
    '{"type":"plan","steps":3',
    'null',
    '[]',
    '"plan"',
    '{}',
    '{"type":"unheard-of"}',
    '{"type":"plan"}',
    '{"type":"planned","change":"replace","kind":"server","name":"a","infra":"b"}',
    '{"type":"planned","change":"create","kind":"server","name":"a","infra":"b","after":[]}',
    '{"type":"plan","steps":-1}',
    '{"type":"plan","steps":1.5}',
    '{"type":"plan","steps":"3"}',
    '{"type":"plan","steps":1e300}',
    '{"type":"step","name":"x","state":"done"}',
    '{"type":"step","state":"started"}',
    '{"type":"step","name":"x","state":"started","index":"1"}',
    `{"type":"step","name":"${'x'.repeat(257)}","state":"started"}`,
    JSON.stringify({ ...RESOURCE, action: 'toString' }),
    JSON.stringify({ ...RESOURCE, name: '' }),
    JSON.stringify({ ...RESOURCE, before: [] }),
    JSON.stringify({ ...RESOURCE, after: 'web-01' }),
    JSON.stringify({ ...RESOURCE, driver: 3 }),
    '{"type":"result"}',
    '{"type":"error","message":["x"]}',
  ])('%j is ignored', (line) => {
    expect(parseReport(line)).toBeNull();
  });

  it('has 64 KiB at most, counted in bytes', () => {
    const around = Buffer.byteLength('{"type":"error","message":""}');
    const line = (message: string) => `{"type":"error","message":"${message}"}`;
    expect(parseReport(line('x'.repeat(MAX_REPORT_BYTES - around)))).not.toBeNull();
    expect(parseReport(line('x'.repeat(MAX_REPORT_BYTES - around + 1)))).toBeNull();
    expect(parseReport(line('ü'.repeat((MAX_REPORT_BYTES - around) / 2 + 1)))).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseReport(line)));
  });
});
