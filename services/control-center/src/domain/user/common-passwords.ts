/** Knows the passwords that everybody tries first. */
export interface CommonPasswords {
  /** @param text in lower case. */
  has(text: string): boolean;
}
