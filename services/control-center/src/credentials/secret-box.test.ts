import { describe, expect, it } from '@jest/globals';
import { noSecretBox, secretBox } from './secret-box.js';

const box = secretBox('k'.repeat(32));

describe('the box for secrets', () => {
  it('returns a sealed text to its owner only', () => {
    const sealed = box.seal('a secret', 'ada');
    expect(Buffer.from(sealed).includes('a secret')).toBe(false);
    expect(box.open(sealed, 'ada')).toBe('a secret');
    expect(() => box.open(sealed, 'bob')).toThrow('cannot be read');
    expect(() => secretBox('l'.repeat(32)).open(sealed, 'ada')).toThrow('cannot be read');
  });

  it('never seals the same text in the same way', () => {
    const sealed = Array.from({ length: 100 }, () =>
      Buffer.from(box.seal('a secret', 'ada')).toString('hex'),
    );
    expect(new Set(sealed).size).toBe(100);
  });

  it('detects every changed bit and every missing byte', () => {
    const sealed = Buffer.from(box.seal('a secret', 'ada'));
    for (let place = 0; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed);
      changed[place]! ^= 1;
      expect(() => box.open(changed, 'ada')).toThrow('cannot be read');
      expect(() => box.open(sealed.subarray(0, place), 'ada')).toThrow();
    }
  });

  it('refuses to seal where no key is configured', () => {
    expect(() => noSecretBox.seal('a secret', 'ada')).toThrow('MFA_ENCRYPTION_KEY');
    expect(() => noSecretBox.open(box.seal('a secret', 'ada'), 'ada')).toThrow('cannot be read');
  });
});
