let segmenter: Intl.Segmenter | undefined;
const ASCII_ONLY = /^[\x20-\x7e]*$/;

/** Made when the first text needs it: that takes longer than most evaluations of ASCII. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** The characters as a reader sees them. */
export function charactersIn(text: string): string[] {
  if (ASCII_ONLY.test(text)) return text.split('');
  return Array.from(segmentsOf(text), ({ segment }) => segment);
}

/** Where characters begin and end, or undefined where that is everywhere. */
export function boundariesOf(text: string): ReadonlySet<number> | undefined {
  if (ASCII_ONLY.test(text)) return undefined;
  const boundaries = new Set([0]);
  for (const { index, segment } of segmentsOf(text)) boundaries.add(index + segment.length);
  return boundaries;
}

/** Where a text occurs in another as whole characters; occurrences do not overlap. */
export function occurrences(part: string, text: string): number[] {
  const boundaries = boundariesOf(text);
  const found: number[] = [];
  let at = text.indexOf(part);
  while (at !== -1) {
    const whole = !boundaries || (boundaries.has(at) && boundaries.has(at + part.length));
    if (whole) found.push(at);
    const next = whole ? at + Math.max(part.length, 1) : at + 1;
    if (next > text.length) break;
    at = text.indexOf(part, next);
  }
  return found;
}
