/** Time-based one-time passwords. */
export interface Totp {
  /** Base32. */
  newSecret(): string;
  /** Returns the time step of the code, near `at`; undefined for a wrong code. */
  matchedStep(secret: string, code: string, at: Date): number | undefined;
  url(secret: string, username: string): string;
  /** Returns a picture of the URL, as a data URI. */
  qrCode(url: string): Promise<string>;
}
