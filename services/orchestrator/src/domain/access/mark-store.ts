/** The highest revisions of policies and revocations that were seen, as JSON text, with a signature. */
export interface SignedMark {
  text: string;
  kid: string;
  signature: string;
}

/** Stores one mark for all processes. It is stored apart from the policies, so that an old backup of them is detected. */
export interface MarkStore {
  read(): Promise<SignedMark | undefined>;
  /** Replaces the mark by the result of `act` (undefined: no change). Concurrent changes are serialised. */
  change(act: (known: SignedMark | undefined) => SignedMark | undefined): Promise<void>;
}
