import { describe, expect, it } from '@jest/globals';
import { postgresEntry, redisEntry, serviceEntry } from './severity.js';

describe('what a log line means', () => {
  it.each([
    ['stdout', '{"level":"warn","message":"slow"}', { severity: 'warn', text: 'slow' }],
    [
      'stdout',
      '{"level":"error","message":"broken","error":{"message":"no disk"}}',
      { severity: 'error', text: 'broken: no disk' },
    ],
    ['stdout', '{"level":"info","message":"fine"}', { severity: 'info', text: 'fine' }],
    ['stdout', '12:00:00.000 WARN  slow', { severity: 'warn', text: '12:00:00.000 WARN  slow' }],
    ['stdout', '{not json', { severity: 'info', text: '{not json' }],
    ['stderr', 'Error: boom', { severity: 'error', text: 'Error: boom' }],
  ] as const)('of a service, on %s: %s', (stream, line, entry) => {
    expect(serviceEntry(stream, line)).toEqual(entry);
  });

  it.each([
    ['2026-01-01 [1] FATAL:  could not map shared memory', 'error'],
    ['2026-01-01 [1] FATAL:  terminating connection due to administrator command', 'info'],
    ['2026-01-01 [1] orchestrator ERROR:  duplicate key value', 'info'],
  ])('of Postgres: %s', (line, severity) => {
    expect(postgresEntry(line).severity).toBe(severity);
  });

  it.each([
    ['1:M 01 Jan 2026 # WARNING Memory overcommit must be enabled! background save may fail', 'info'],
    ['1:M 01 Jan 2026 # Server initialized', 'info'],
    ['1:M 01 Jan 2026 # Error writing to the AOF file: No space left on device', 'error'],
  ])('of Redis: %s', (line, severity) => {
    expect(redisEntry(line).severity).toBe(severity);
  });
});
