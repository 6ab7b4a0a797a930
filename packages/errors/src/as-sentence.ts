/** The text with a stop at its end, where it has none: so that another sentence can follow it. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?…:][)"'”’]?$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
