import type { Page } from '../ports.js';
import type { ChainEnd } from './chain.js';

/** The end of the chain as it once was. Whoever has it signed can prove what stood in the trail up to there. */
export interface Head extends ChainEnd {
  at: string;
}

export interface SignedHead extends Head {
  keyId: string;
  /** Ed25519, in base64. */
  signature: string;
}

/** The text that is signed: docs/audit-format.md. */
export function signedText({ seq, hash, at }: Head): string {
  return `provisioning-audit-head-v1\nseq ${seq}\nhash ${hash}\ntimestamp ${at}\n`;
}

export interface PublicKey {
  id: string;
  pem: string;
}

export interface HeadKeys {
  /** Undefined where there is no key: the trail is chained then, but not sealed. */
  sign: ((head: Head) => SignedHead) | undefined;
  /** Undefined when nobody knows the key that is named. */
  isGood(head: SignedHead): boolean | undefined;
  /** Of the signing key first, then of those before it. */
  publicKeys: readonly PublicKey[];
}

/** Heads outside the database: whoever rules that does not rule these. */
export interface OutsideHeads {
  append(heads: readonly SignedHead[]): Promise<void>;
  read(): Promise<SignedHead[]>;
}

export interface AuditHeads {
  list(page: Page<number>): Promise<{ heads: SignedHead[]; total: number }>;
  /** By their numbers. */
  all(): Promise<SignedHead[]>;
  /** Nobody else does meanwhile, in whatever process. */
  alone<T>(act: (heads: HeadWrites) => Promise<T>): Promise<T>;
}

export interface HeadWrites {
  newest(): Promise<SignedHead | undefined>;
  /** The newest record and the oldest one's time. */
  chain(): Promise<{ end: ChainEnd; since: string } | undefined>;
  /** Those of these numbers that there are. */
  ends(seqs: readonly number[]): Promise<ChainEnd[]>;
  insert(heads: readonly SignedHead[]): Promise<void>;
}
