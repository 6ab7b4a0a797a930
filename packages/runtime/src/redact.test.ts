import { describe, expect, it } from '@jest/globals';
import { mayHoldSecrets, redact, redactText } from './redact.js';

describe('secrets in logs', () => {
  it.each([
    'authorization',
    'Password',
    'current_password',
    'mfa_code',
    'token',
    'JWT_SECRET',
    'cookie',
    'ticket',
    'api_key',
  ])('masks the value of %s, whatever it is', (key) => {
    expect(redact({ [key]: 'hunter2', kept: 'x' })).toEqual({ [key]: '[redacted]', kept: 'x' });
    expect(redact({ [key]: { deep: 'hunter2' } })).toEqual({ [key]: '[redacted]' });
  });

  it.each([
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123 end', 'Bearer [redacted] end'],
    ['prv_0123456789abcdef', '[redacted]'],
    ['postgres://user:pa55@db:5432/x', 'postgres://user:[redacted]@db:5432/x'],
    ['GET /ws?token=abc.def&x=1', 'GET /ws?token=[redacted]&x=1'],
    ['nothing secret here', 'nothing secret here'],
  ])('masks by shape: %s', (text, masked) => {
    expect(redactText(text)).toBe(masked);
    expect(redact({ list: [text] })).toEqual({ list: [masked] });
  });

  it.each([
    { authorization: 'x' },
    { 'Set-Cookie': 'x' },
    { current_password: 'x' },
    { client_SECRET: 'x' },
    { refresh_token: 'x' },
    { mfa_code: 'x' },
    { ticket: 'x' },
    { privateKey: 'x' },
    { apikey: 'x' },
    { pepper: 'x' },
    { deep: [{ url: 'postgres://user:pa55@db/x' }] },
    { argv: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0'] },
    { argv: ['prv_0123456789abcdef'] },
    { path: '/ws?ticket=abc' },
  ])('knows the JSON text of what it masks: %j', (value) => {
    expect(redact(value)).not.toEqual(value);
    expect(mayHoldSecrets(JSON.stringify(value))).toBe(true);
  });

  it('knows text without anything to mask', () => {
    expect(mayHoldSecrets('{"name":"create_servers","argv":["provisioning","server"],"attempt":1}')).toBe(
      false,
    );
  });

  it('reaches into errors and their causes', () => {
    const error = new Error('cannot reach redis://:s3cret@cache', { cause: new Error('?ticket=abc') });
    const plain = JSON.stringify(redact({ error }));
    expect(plain).not.toContain('s3cret');
    expect(plain).not.toContain('abc');
    expect(plain).toContain('cannot reach');
  });

  it('handles circular values', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[deep]');
  });
});
