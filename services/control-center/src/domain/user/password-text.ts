/**
 * A password in the one form that is hashed, as RFC 8265 (OpaqueString) has it: other blanks become spaces, then NFC. The
 * same characters typed on another system, as a decomposed “ü” on macOS, are the same password. Case, width and every
 * other difference count.
 */
export function canonicalPassword(text: string): string {
  return text.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
