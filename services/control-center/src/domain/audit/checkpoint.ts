import type { Page } from '../page.js';
import type { ChainEnd } from './chain.js';

/** The end of the chain as it once was. Whoever has it signed can prove what stood in the trail up to there. */
export interface Checkpoint extends ChainEnd {
  at: string;
}

export interface SignedCheckpoint extends Checkpoint {
  keyId: string;
  /** Ed25519, in base64. */
  signature: string;
}

/** The text that is signed: docs/audit-format.md. */
export function signedText({ seq, hash, at }: Checkpoint): string {
  return `provisioning-audit-head-v1\nseq ${seq}\nhash ${hash}\ntimestamp ${at}\n`;
}

export interface PublicKey {
  id: string;
  pem: string;
}

export interface CheckpointKeys {
  /** Undefined where there is no key: the trail is chained then, but not sealed. */
  sign: ((checkpoint: Checkpoint) => SignedCheckpoint) | undefined;
  /** Undefined when nobody knows the key that is named. */
  isGood(checkpoint: SignedCheckpoint): boolean | undefined;
  /** Of the signing key first, then of those before it. */
  publicKeys: readonly PublicKey[];
}

/** Checkpoints outside the database: whoever rules that does not rule these. */
export interface ExternalCheckpoints {
  append(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
  read(): Promise<SignedCheckpoint[]>;
}

export interface AuditCheckpoints {
  list(page: Page<number>): Promise<{ checkpoints: SignedCheckpoint[]; total: number }>;
  /** By their numbers. */
  all(): Promise<SignedCheckpoint[]>;
  /** Nobody else does meanwhile, in whatever process. */
  exclusively<T>(act: (checkpoints: CheckpointWrites) => Promise<T>): Promise<T>;
}

export interface CheckpointWrites {
  newest(): Promise<SignedCheckpoint | undefined>;
  /** The newest record and the oldest one's time. */
  chain(): Promise<{ end: ChainEnd; since: string } | undefined>;
  /** Those of these numbers that there are. */
  ends(seqs: readonly number[]): Promise<ChainEnd[]>;
  insert(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
}
