import { describe, expect, it } from '@jest/globals';
import { faultsOf, strictAjv } from '../../test/strict-ajv.js';
import { name } from './basics.js';
import { serverWorkflowSchema, settingsPath, taskservWorkflowSchema } from './workflow.js';

describe('the settings of a workflow', () => {
  it.each([
    'config.ncl',
    'a/b/c.yaml',
    'my settings.json',
    '.hidden.toml',
    'v1..2/x.yml',
    '..x/y.ncl',
    'ü.json',
  ])('may be %j', (path) => {
    expect(faultsOf(settingsPath, path)).toEqual([]);
  });

  it.each([
    '',
    '.ncl',
    '/etc/config.ncl',
    '-o.ncl',
    '../config.ncl',
    'a/../../config.ncl',
    'a\\config.ncl',
    'a\u0000.ncl',
    'a\n/../b.ncl',
    'config.ncl\n',
    'config.sh',
    `${'a'.repeat(252)}.ncl`,
  ])('may not be %j', (path) => {
    expect(faultsOf(settingsPath, path)).not.toEqual([]);
  });
});

describe('a name', () => {
  it.each(['production', 'a', 'web-01', 'k8s_v1.30', 'a'.repeat(63)])('may be %j', (value) => {
    expect(faultsOf(name, value)).toEqual([]);
  });

  it.each(['', '-rf', '.', '..', '_x', 'a/b', 'a b', 'a\n', 'a\u0000', 'é', 'a'.repeat(64)])(
    'may not be %j',
    (value) => {
      expect(faultsOf(name, value)).not.toEqual([]);
    },
  );
});

describe('the request of a workflow', () => {
  it('requires only infra and settings; the rest has defaults', () => {
    const value = { taskserv: 'kubernetes', infra: 'production', settings: 'config.ncl' };
    expect(strictAjv().compile(taskservWorkflowSchema)(value)).toBe(true);
    expect(value).toMatchObject({ operation: 'create', check_mode: false, wait: false });
  });

  it('creates servers by default and deletes them with operation "delete"', () => {
    const value = { infra: 'production', settings: 'config.ncl' };
    expect(strictAjv().compile(serverWorkflowSchema)(value)).toBe(true);
    expect(value).toMatchObject({ operation: 'create' });
    expect(faultsOf(serverWorkflowSchema, { ...value, operation: 'delete' })).toEqual([]);
  });

  it('accepts booleans and rejects strings in their place', () => {
    const value = { infra: 'production', settings: 'config.ncl', wait: 'true' };
    expect(faultsOf(serverWorkflowSchema, value)).toEqual(['/wait must be boolean']);
  });

  it('rejects a member named __proto__', () => {
    const value = JSON.parse('{"infra":"a","settings":"c.ncl","__proto__":{"check_mode":true}}') as unknown;
    expect(strictAjv().compile(serverWorkflowSchema)(value)).toBe(false);
  });
});
