import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineMasker } from './line-masker.js';
import { Masker } from './masker.js';

const SECRET = 'hunter2hunter2';
const linesFor = (...secrets: string[]) => new LineMasker(new Masker(secrets));

const inBase64 = (text: string) => Buffer.from(text).toString('base64');

/** Lines in pieces, as a follower reads them; a read may be empty. */
function shownOf(masker: LineMasker, pieces: readonly (readonly string[])[]): string[] {
  const shown = pieces.flatMap((piece) => (piece.length > 0 ? masker.next(piece) : masker.pause()));
  return [...shown, ...masker.end()];
}

describe('masking lines as they are printed', () => {
  it('returns a line at once', () => {
    const lines = linesFor(SECRET);
    expect(lines.next(['Create server web-01'])).toEqual(['Create server web-01']);
    expect(lines.next([`token ${SECRET}`, 'done'])).toEqual(['token ***', 'done']);
    expect(lines.pause()).toEqual([]);
  });

  it('withholds a line that may start a secret until the next line decides', () => {
    const lines = linesFor(SECRET);
    expect(lines.next(['first', 'a hunter2'])).toEqual(['first']);
    expect(lines.pause()).toEqual([]);
    expect(lines.next(['hunter2 b'])).toEqual(['a ***', ' b']);
  });

  it('returns a withheld line unchanged if it starts no secret', () => {
    const lines = linesFor(SECRET);
    expect(lines.next(['a hunter2'])).toEqual([]);
    expect(lines.next(['is no secret'])).toEqual(['a hunter2', 'is no secret']);
    expect(lines.next(['hunter'])).toEqual([]);
    expect(lines.end()).toEqual(['hunter']);
  });

  it('withholds a short start of a secret for one read only, and masks the rest', () => {
    const lines = linesFor(SECRET);
    expect(lines.next(['oh'])).toEqual([]);
    expect(lines.pause()).toEqual(['oh']);
    expect(lines.next(['unter2', 'hunter2', 'x'])).toEqual(['***', '', 'x']);
    expect(lines.next(['oh'])).toEqual([]);
    expect(lines.pause()).toEqual(['oh']);
    expect(lines.next(['unter'])).toEqual([]);
    expect(lines.next([' no.'])).toEqual(['unter', ' no.']);
  });

  it('withholds a limited amount, and masks the start of a possible secret beyond it', () => {
    const lines = linesFor(SECRET);
    const blank = Array.from({ length: 70_000 }, () => '');
    expect(lines.next(['a hunter2', ...blank])).toEqual(['a ***', ...blank]);
    expect(lines.next(['hunter2 b'])).toEqual(['*** b']);
  });

  it('returns every line once and no secret, for every way of splitting and reading', () => {
    const letters = fc.constantFrom('a', 'b', '+', '/', ' ', '"', 'é');
    const secret = fc
      .string({ minLength: 4, maxLength: 20, unit: letters })
      .filter((text) => text.trim().length >= 4);
    const encode = fc.constantFrom<(text: string) => string>(
      (text) => text,
      inBase64,
      (text) => Buffer.from(text).toString('hex'),
      encodeURIComponent,
      (text) => JSON.stringify(text),
    );
    fc.assert(
      fc.property(
        ...[secret, encode, fc.string({ unit: letters }), fc.string({ unit: letters })],
        fc.array(fc.nat({ max: 40 }), { maxLength: 8 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 40, maxLength: 40 }),
        (hidden, encoded, before, after, breaks, sizes) => {
          const written = encoded(hidden.trim());
          const lines = breaks
            .reduce(
              (text, at) => (at < text.length ? `${text.slice(0, at)}\n${text.slice(at)}` : text),
              before + written + after,
            )
            .split('\n');
          // Reads without a pause: a short start is never returned before it is complete.
          const pieces = piecesOf(lines, sizes).filter((piece) => piece.length > 0);
          const shown = shownOf(linesFor(hidden), pieces);
          expect(shown).toHaveLength(lines.length);
          expect(shown.join('')).not.toContain(written);
          // In Base64 the character after a secret is returned if it starts the next piece: it has at most four bits of the secret.
          if (encoded !== inBase64)
            expect(shown.join('\n')).toBe(new Masker([hidden]).mask(lines.join('\n')));
          // With pauses at most three characters of it are returned.
          const paused = shownOf(linesFor(hidden), piecesOf(lines, sizes));
          expect(paused).toHaveLength(lines.length);
          expect(paused.join('')).not.toContain(hidden.trim());
          expect(paused.join('')).not.toContain(written);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function piecesOf(lines: readonly string[], sizes: readonly number[]): string[][] {
  const left = [...lines];
  const pieces = sizes.map((size) => left.splice(0, size));
  return [...pieces, left].filter((piece, index) => index < sizes.length || piece.length > 0);
}
