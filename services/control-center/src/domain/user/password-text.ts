/**
 * Returns the form of a password that is hashed (RFC 8265, OpaqueString): other blanks become spaces, then NFC. The
 * same characters typed on another system, such as a decomposed “ü” on macOS, are the same password. Case, width and
 * all other differences count.
 */
export function canonicalPassword(text: string): string {
  return text.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
