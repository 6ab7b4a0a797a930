import type { Page } from '../page.js';
import type { ChainEnd } from './chain.js';

/** The end of the chain at one time. Signed, it proves the content of the trail up to there. */
export interface Checkpoint extends ChainEnd {
  at: string;
}

/** A checkpoint with its signature. */
export interface SignedCheckpoint extends Checkpoint {
  keyId: string;
  /** Ed25519, in base64. */
  signature: string;
}

/** Returns the text that is signed (docs/audit-format.md). */
export function signedText({ seq, hash, at }: Checkpoint): string {
  return `provisioning-audit-head-v1\nseq ${seq}\nhash ${hash}\ntimestamp ${at}\n`;
}

/** A key that signatures are verified with. */
export interface PublicKey {
  id: string;
  pem: string;
}

/** Signs and verifies checkpoints. */
export interface CheckpointKeys {
  /** Undefined without a key: the trail is then chained, but not signed. */
  sign: ((checkpoint: Checkpoint) => SignedCheckpoint) | undefined;
  /** Returns whether the signature is valid; undefined when the key is unknown. */
  isGood(checkpoint: SignedCheckpoint): boolean | undefined;
  /** The signing key first, then the keys that it replaced. */
  publicKeys: readonly PublicKey[];
}

/** Copies of the checkpoints outside the database, for the case that the database is tampered with. */
export interface ExternalCheckpoints {
  append(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
  read(): Promise<SignedCheckpoint[]>;
}

/** The checkpoints in the database. */
export interface AuditCheckpoints {
  list(page: Page<number>): Promise<{ checkpoints: SignedCheckpoint[]; total: number }>;
  /** Returns all checkpoints by number. */
  all(): Promise<SignedCheckpoint[]>;
  /** Runs `act` while no other process writes checkpoints. */
  exclusively<T>(act: (checkpoints: CheckpointWrites) => Promise<T>): Promise<T>;
}

/** Reads and writes checkpoints while no other process writes any. */
export interface CheckpointWrites {
  newest(): Promise<SignedCheckpoint | undefined>;
  /** Returns the newest record and the time of the oldest; undefined for an empty trail. */
  chain(): Promise<{ end: ChainEnd; since: string } | undefined>;
  /** Returns the ends of the chain at those of the numbers that exist. */
  ends(seqs: readonly number[]): Promise<ChainEnd[]>;
  insert(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
}
