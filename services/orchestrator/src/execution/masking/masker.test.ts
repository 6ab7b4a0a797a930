import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Masker } from './masker.js';

/** Texts in which no mask can complete a secret. */
const secretText = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 40 }),
    fc.string({ minLength: 4, maxLength: 12, unit: 'binary' }),
  )
  .map((text) => text.replace(/\p{C}/gu, '').trim())
  .filter((text) => text.length >= 4 && !text.includes('*'));
const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));

const base64 = (text: Buffer) => text.toString('base64');
const percent = (text: Buffer) => text.toString('hex').replace(/../g, '%$&');
const onlySecret = (encode: (text: string) => string) => (before: Buffer, secret: Buffer, after: Buffer) =>
  before.toString('hex') + encode(secret.toString()) + after.toString('hex');
const together = (encode: (text: Buffer) => string) => (before: Buffer, secret: Buffer, after: Buffer) =>
  encode(Buffer.concat([before, secret, after]));

// eslint-disable-next-line no-control-regex -- the codes that the tests write
const CODES = /\x1b\[[0-9;]*m|\x1b\]8;;\x07|\x1b\(B|[\r\n\b]/g;
// eslint-disable-next-line no-control-regex
const CODE_BEFORE = /[\x1b\r][^]{0,12}$/;

/** Ways in which programs write a secret between other bytes, and how a reader gets the bytes back. */
const FORMS: Record<
  string,
  { write: (before: Buffer, secret: Buffer, after: Buffer) => string; read: (text: string) => Buffer[] }
> = {
  'as it is': { write: onlySecret(String), read: (text) => [Buffer.from(text)] },
  Base64: { write: together(base64), read: readBase64 },
  'Base64 without padding': {
    write: together((text) => base64(text).replace(/=+$/, '')),
    read: readBase64,
  },
  'Base64 with the URL alphabet': { write: together((text) => text.toString('base64url')), read: readBase64 },
  'Base64 with the URL alphabet and padding': {
    write: together((text) => base64(text).replaceAll('+', '-').replaceAll('/', '_')),
    read: readBase64,
  },
  'Base64 with URL escapes': {
    write: together((text) => encodeURIComponent(base64(text))),
    read: (text) => readBase64(decodeURIComponent(text)),
  },
  'hex in lower case': { write: together((text) => text.toString('hex')), read: readHex },
  'hex in upper case': { write: together((text) => text.toString('hex').toUpperCase()), read: readHex },
  'URL escapes where they must be': { write: onlySecret(encodeURIComponent), read: readPercent },
  'URL escapes in lower case': {
    write: onlySecret((text) => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase())),
    read: readPercent,
  },
  'URL escapes everywhere': { write: together(percent), read: readPercent },
  'a form of HTML': {
    write: onlySecret((text) => new URLSearchParams([['', text]]).toString().slice(1)),
    read: (text) => readPercent(text.replaceAll('+', ' ')),
  },
  'JSON escapes': { write: onlySecret((text) => JSON.stringify(text).slice(1, -1)), read: readJson },
  'JSON escapes everywhere': {
    write: onlySecret((text) =>
      text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ),
    read: readJson,
  },
};

function readBase64(text: string): Buffer[] {
  return runs(text, /[A-Za-z0-9+/_-]+/g).flatMap((run) =>
    [0, 1, 2, 3].map((skipped) => Buffer.from(run.slice(skipped), 'base64')),
  );
}
function readHex(text: string): Buffer[] {
  return runs(text, /[0-9a-f]+/gi).flatMap((run) => [
    Buffer.from(run, 'hex'),
    Buffer.from(run.slice(1), 'hex'),
  ]);
}
function readPercent(text: string): Buffer[] {
  const written = text.replace(
    /%([0-9a-f]{2})|[^]/gi,
    (unit, hex?: string) => hex ?? Buffer.from(unit).toString('hex'),
  );
  return [Buffer.from(written, 'hex')];
}
function readJson(text: string): Buffer[] {
  return [Buffer.from(JSON.parse(`"${text}"`) as string)];
}
function runs(text: string, pattern: RegExp): string[] {
  return text.match(pattern) ?? [];
}

describe('masking', () => {
  it.each(Object.entries(FORMS))('leaves no secret in %s', (_, { write, read }) => {
    fc.assert(
      fc.property(secretText, bytes, bytes, (secret, before, after) => {
        const text = write(before, Buffer.from(secret), after);
        const shown = new Masker([secret]).mask(text);
        expect(shown).toContain('***');
        for (const found of read(shown.replaceAll('***', '\n').replaceAll('\n', '*')))
          expect(found.includes(secret)).toBe(false);
      }),
    );
  });

  it.each(Object.entries(FORMS))(
    'leaves none in %s, broken by line ends and colours',
    (_, { write, read }) => {
      const breaks = fc.constantFrom(
        '\n',
        '\r\n',
        '\x1b[31m',
        '\x1b[0m',
        '\x1b[1;38;5;208m',
        '\x1b]8;;\x07',
        '\x1b(B',
        '\b',
      );
      fc.assert(
        fc.property(
          ...[secretText, bytes, bytes],
          fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), breaks), { maxLength: 6 }),
          (secret, before, after, inserted) => {
            const text = write(before, Buffer.from(secret), after);
            const broken = inserted.reduce((sum, [where, code]) => {
              const at = Math.floor(where * sum.length);
              // A break within an earlier one would no longer be an escape code.
              return CODE_BEFORE.test(sum.slice(0, at)) ? sum : sum.slice(0, at) + code + sum.slice(at);
            }, text);
            const shown = new Masker([secret]).mask(broken);
            expect(shown).toContain('***');
            const visible = shown.replace(CODES, '');
            for (const found of read(visible)) expect(found.includes(secret)).toBe(false);
          },
        ),
      );
    },
  );

  it('leaves none behind an escaped ESC, which most readers show as text', () => {
    const shown = new Masker(['!  0']).mask('%1b%\x1b[31m21%20%20%30');
    expect(shown).toBe('%1b***\x1b[31m');
  });

  it('leaves no secret in any text, with any overlap', () => {
    fc.assert(
      fc.property(fc.array(secretText, { maxLength: 5 }), fc.array(fc.string()), (secrets, words) => {
        const masked = new Masker(secrets).mask([...words, ...secrets, secrets.join('')].join(' | '));
        for (const secret of secrets) expect(masked).not.toContain(secret);
      }),
    );
  });

  it('does not change a text without a secret', () => {
    const harmless = fc.constantFrom(
      ' ',
      '.',
      ',',
      '%',
      '%2C',
      '%C3',
      '\\',
      '\\n',
      '\\u00',
      '\n',
      '\x1b[31m',
      '\x1b',
      'é',
      '😀',
    );
    const secret = fc.string({ minLength: 4, unit: fc.constantFrom('a', 'b', '1', 'Z') });
    fc.assert(
      fc.property(fc.array(secret), fc.array(harmless), (secrets, parts) => {
        expect(new Masker(secrets).mask(parts.join(''))).toBe(parts.join(''));
      }),
    );
  });

  it('keeps the text around a secret unchanged', () => {
    const masker = new Masker(['hunter2hunter2']);
    expect(masker.mask('a=hunter2hunter2&b=%41')).toBe('a=***&b=%41');
    expect(masker.mask('%41hunter2%68unter2%42')).toBe('%41***%42');
    expect(masker.mask('{"a":"x\\u0068unter2hunter2\\"y"}')).toBe('{"a":"x***\\"y"}');
    expect(masker.mask('\x1b[32mhunter2\x1b[0m\nhunter2 is it')).toBe('\x1b[32m***\x1b[0m\n is it');
    expect(masker.mask('\x1bhunter2hunter2, h\x1bunter2\x1bhunter2')).toBe('\x1b***, ***');
    expect(masker.mask('token aHVudGVyMmh1bnRlcjI= ok')).toBe('token ***= ok');
    expect(masker.mask('68756E7465723268756E74657232.')).toBe('***.');
  });

  it('masks each line of a multi-line secret, and nested texts of a report', () => {
    const masker = new Masker(['-----BEGIN KEY-----\nabcdef\nghijkl\n-----END KEY-----']);
    expect(masker.mask('key: ghijkl!')).toBe('key: ***!');
    expect(masker.mask(Buffer.from('-----BEGIN KEY-----\nabcdef\n').toString('base64'))).not.toMatch(
      /[a-z]{2}/,
    );
    expect(masker.maskAll({ a: ['x abcdef', 3, null], data: { c: 'ghijkl', abcdef: 1 } })).toEqual({
      a: ['x ***', 3, null],
      data: { c: '***', '***': 1 },
    });
  });

  it('does not mask the fields of the report protocol, which an undo needs', () => {
    const masker = new Masker(['created', 'resource', 'name', 'web-01']);
    const report = { type: 'resource', action: 'created', name: 'web-01', after: { note: 'created' } };
    expect(masker.maskAll({ resources: [report] })).toEqual({
      resources: [{ type: 'resource', action: 'created', name: '***', after: { note: '***' } }],
    });
  });

  it('does not treat texts of fewer than four characters as secrets', () => {
    expect(new Masker(['abc', '']).mask('abc')).toBe('abc');
  });

  it('masks both halves of a secret that a cut output has split', () => {
    const masker = new Masker(['hunter2hunter2']);
    const cut = { note: '[cut]', tail: 'er2hunter2 end' };
    expect(masker.maskCut({ head: 'begin hunt\n', cut })).toBe('begin ***\n[cut]*** end');
    expect(masker.maskCut({ head: 'hunter2hunter2 hun', cut: { note: '[cut]', tail: 'r2 x' } })).toBe(
      '*** hun[cut]r2 x',
    );
    expect(masker.maskCut({ head: 'hunt' })).toBe('hunt');
  });
});
