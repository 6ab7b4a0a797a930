import type { Thing } from '../access/visibility.js';
import type { Page } from '../page.js';
import type { JournalEntry, Resource } from './rollback.js';

/** What names a resource among all; lists of them are in the order of these members. */
export interface ResourceKey {
  infra: string;
  kind: string;
  name: string;
}

export interface ResourceFilter extends Page<ResourceKey> {
  /** All, where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  provider: string | undefined;
}

export interface JournalFilter extends Page<number> {
  /** All, where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  name: string | undefined;
  taskId: string | undefined;
  batchId: string | undefined;
}

export interface InventoryStore {
  /** All that exists in an infra, or in all of them. */
  everything(infra: string | undefined): Promise<Resource[]>;
  resources(filter: ResourceFilter): Promise<{ resources: Resource[]; total: number }>;
  /** Of the servers of these names in an infra: where they are. */
  providersOf(infra: string, servers: readonly string[]): Promise<{ name: string; provider: string }[]>;
  /** Each thing that there is, once. */
  things(): Promise<Thing[]>;
  /** Each thing that the journal has an entry of, once. */
  journaledThings(): Promise<Thing[]>;
  /** Newest first. */
  journal(filter: JournalFilter): Promise<{ entries: JournalEntry[]; total: number }>;
}
