import { beyondPlainData, NickelError } from './nickel-error.js';

const BLANK = /^[ \t\r]*$/;

/**
 * Reads m%"…"%, where any number of % signs may stand as long as there are equally many at both ends.
 * @param start where its `m` stands
 * @param percents how many % signs its opening has
 */
export function readMultilineString(
  text: string,
  start: number,
  percents: number,
): { value: string; end: number } {
  const from = start + 1 + percents + 1;
  // A candidate is a run of % signs, perhaps after a quote, perhaps before a brace.
  const candidate = /("?)(%+)(\{?)/g;
  candidate.lastIndex = from;
  for (let match = candidate.exec(text); match; match = candidate.exec(text)) {
    const [, quote, { length } = '', brace] = match;
    if (length < percents) continue;
    if (brace) {
      const at = match.index + (quote ?? '').length + length - percents;
      throw beyondPlainData(`Interpolation with ${'%'.repeat(percents)}{…}`, at, moreSigns(percents));
    }
    if (!quote) continue;
    if (length > percents) {
      throw new NickelError(
        `This closing "${'%'.repeat(length)} has more % signs than the opening m${'%'.repeat(percents)}".`,
        match.index,
      );
    }
    return { value: withoutIndentation(text.slice(from, match.index)), end: match.index + 1 + length };
  }
  const closing = `"${'%'.repeat(percents)}`;
  throw new NickelError(
    `The string that starts here is not closed: its closing ${closing} is missing.`,
    start,
  );
}

function moreSigns(percents: number): string {
  const signs = '%'.repeat(percents + 1);
  return `For the literal characters put the string between m${signs}" and "${signs}. `;
}

/** Drops a blank first and last line and the indentation that all other lines share. */
function withoutIndentation(content: string): string {
  const lines = content.split('\n');
  if (BLANK.test(lines[0] ?? '')) lines.shift();
  if (BLANK.test(lines.at(-1) ?? 'x')) lines.pop();
  let common = Infinity;
  for (const line of lines) if (!BLANK.test(line)) common = Math.min(common, indentation(line));
  return lines.map((line) => line.slice(Math.min(common, indentation(line)))).join('\n');
}

function indentation(line: string): number {
  return line.length - line.replace(/^[ \t]+/, '').length;
}
