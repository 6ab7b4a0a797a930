import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Contract } from './answers.js';
import { operationsOf } from './requests.js';
import type { Json } from './values.js';

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../packages/contracts/openapi/orchestrator.json'), 'utf8'),
) as Json;
const contract = new Contract(document);
const operation = operationsOf(document).find(({ operationId }) => operationId === 'createServers')!;
const fault = (status: number, body: unknown, contentType = 'application/json; charset=utf-8') =>
  contract.fault(operation, {
    status,
    contentType,
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

it('reports what is wrong with an answer', () => {
  expect(fault(200, { success: true, data: '0198f000' })).toBeUndefined();
  const refusal = { success: false, error: 'No.', code: 'invalid', request_id: 'x' };
  expect(fault(422, refusal)).toBeUndefined();
  expect(fault(200, { success: true, data: 7 })).toContain('/data must be string');
  expect(fault(200, { success: true, data: 'x', more: 1 })).toContain('additional');
  expect(fault(422, { ...refusal, success: true })).toContain('"success": false');
  expect(fault(422, { success: false, error: 'No.' })).toContain('required');
  expect(fault(404, refusal)).toBe('the status 404 is not in the contract');
  expect(fault(422, '<html>', 'text/html')).toContain('not JSON');
  expect(fault(200, '{')).toContain('not JSON, though it says so');
});
