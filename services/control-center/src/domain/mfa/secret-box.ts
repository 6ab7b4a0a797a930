/** Keeps secrets so that the database alone tells nothing of them. */
export interface SecretBox {
  /** @param owner whom alone it can be opened for. */
  seal(text: string, owner: string): Uint8Array;
  open(sealed: Uint8Array, owner: string): string;
}
