/** Time-based one-time passwords. */
export interface Totp {
  /** Base32. */
  newSecret(): string;
  /** The time step whose code it is, near `at`; undefined for a wrong one. */
  matchedStep(secret: string, code: string, at: Date): number | undefined;
  url(secret: string, username: string): string;
  /** A picture of the URL, as a data URI. */
  qrCode(url: string): Promise<string>;
}
