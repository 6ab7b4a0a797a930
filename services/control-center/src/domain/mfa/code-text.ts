/**
 * A code as people type or paste it, without what authenticators and printed lists put between its characters: blanks,
 * line ends and dashes. Compatibility forms, as full-width digits, become plain ones (NFKC).
 */
export function canonicalCode(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\s\p{Pd}\u2212\u00ad\u200b-\u200d\u2060\ufeff]/gu, '');
}
