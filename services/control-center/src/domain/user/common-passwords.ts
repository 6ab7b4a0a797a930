/** A dictionary of common passwords. */
export interface CommonPasswords {
  /** @param text in lower case. */
  has(text: string): boolean;
}
