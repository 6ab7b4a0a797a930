/** The highest revisions that were seen, as JSON text, and who vouches for it. */
export interface SignedMark {
  text: string;
  kid: string;
  signature: string;
}

/** Keeps the mark of all processes, apart from what it is about. */
export interface MarkStore {
  read(): Promise<SignedMark | undefined>;
  /** Replaces the mark by what `act` makes of it (undefined leaves it); one change at a time. */
  change(act: (known: SignedMark | undefined) => SignedMark | undefined): Promise<void>;
}
