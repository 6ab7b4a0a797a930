import { describe, expect, it } from '@jest/globals';
import { checkBatch } from './check-batch.js';
import { SAMPLE } from './sample.js';

const placesOf = (text: string) =>
  checkBatch(text).faults.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('the check of a batch while it is written', () => {
  it('accepts the sample, and has its operations for the picture', () => {
    const { faults, request, operations } = checkBatch(SAMPLE);
    expect(faults).toEqual([]);
    expect(request?.operations.map(({ id }) => id)).toEqual(operations.map(({ id }) => id));
  });

  it('accepts JSON as well', () => {
    const text =
      '{\n\t"name": "b",\n\t"operations": [{"id": "a", "type": "command_batch", "commands": ["true"]}]\n}';
    expect(checkBatch(text).request?.name).toBe('b');
  });

  it('places a fault of the syntax', () => {
    const [fault] = checkBatch('name: b\noperations:\n  - id: "a\n').faults;
    expect(fault?.line).toBeGreaterThanOrEqual(3);
    expect(checkBatch('name: b\noperations:\n  - id: "a\n').request).toBeUndefined();
  });

  it('places an unknown dependency and a cycle', () => {
    const text = [
      'name: b',
      'operations:',
      '  - id: a',
      '    type: command_batch',
      '    dependencies: [b]',
      '  - id: b',
      '    type: command_batch',
      '    dependencies: [a, nowhere]',
    ].join('\n');
    expect(placesOf(text)).toEqual([
      '8:23 operations[1].dependencies[1] refers to "nowhere", which is not an operation of this batch.',
      '3:3 operations have a circular dependency: a → b → a.',
    ]);
  });

  it('places what is missing at the nearest part that is there', () => {
    expect(placesOf('name: b\noperations:\n  - id: a\n    type: disk\n  - 3\n')).toEqual([
      '4:11 operations[0].type must be one of server_batch, taskserv_batch, cluster_batch, command_batch.',
      '5:5 operations[1] must be an object.',
    ]);
    expect(placesOf('operations: []')).toEqual([
      '1:1 name is required.',
      '1:13 operations must be a list with at least one operation.',
    ]);
    expect(placesOf('')).toEqual(['1:1 The batch must have "name" and "operations".']);
  });

  it('places a fault that the server names by its path', () => {
    const { place } = checkBatch(SAMPLE);
    const fault = place('operations[1].provider', 'is not configured');
    expect(SAMPLE.slice(fault.from, fault.to)).toBe('local');
    expect(place('operations[0].nowhere', 'is odd').line).toBe(3);
  });
});
