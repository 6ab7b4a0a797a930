/** Encrypts secrets, so that the database alone does not reveal them. */
export interface SecretBox {
  /** @param owner the user the text can be opened for. */
  seal(text: string, owner: string): Uint8Array;
  open(sealed: Uint8Array, owner: string): string;
}
