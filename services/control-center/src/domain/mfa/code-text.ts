/**
 * Returns a code without the separators that authenticators and printed lists insert: blanks, line ends and dashes.
 * Compatibility forms, such as full-width digits, become plain characters (NFKC).
 */
export function canonicalCode(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\s\p{Pd}\u2212\u00ad\u200b-\u200d\u2060\ufeff]/gu, '');
}
