import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Masker } from './masker.js';

describe('masking', () => {
  it('leaves no secret in any text, however they overlap', () => {
    const secret = fc
      .string({ minLength: 4, maxLength: 12 })
      .filter((text) => text.trim().length >= 4 && !text.includes('***'));
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 5 }), fc.array(fc.string()), (secrets, words) => {
        const masked = new Masker(secrets).mask([...words, ...secrets].join(' | '));
        for (const line of secrets.map((text) => text.trim())) expect(masked).not.toContain(line);
      }),
    );
  });

  it('masks each line of a secret of several, and texts deep in a report', () => {
    const masker = new Masker(['-----BEGIN KEY-----\nabcdef\nghijkl\n-----END KEY-----']);
    expect(masker.mask('key: ghijkl!')).toBe('key: ***!');
    expect(masker.maskAll({ a: ['x abcdef', 3, null], data: { c: 'ghijkl', abcdef: 1 } })).toEqual({
      a: ['x ***', 3, null],
      data: { c: '***', '***': 1 },
    });
  });

  it('leaves alone what the report protocol itself says: what was done has to be undone by it', () => {
    const masker = new Masker(['created', 'resource', 'name', 'web-01']);
    const report = { type: 'resource', action: 'created', name: 'web-01', after: { note: 'created' } };
    expect(masker.maskAll({ resources: [report] })).toEqual({
      resources: [{ type: 'resource', action: 'created', name: '***', after: { note: '***' } }],
    });
  });

  it('takes what is shorter than four characters for no secret: it stands everywhere', () => {
    expect(new Masker(['abc', '']).mask('abc')).toBe('abc');
  });
});
