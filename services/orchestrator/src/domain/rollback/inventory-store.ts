import type { Thing } from '../access/visibility.js';
import type { Page } from '../page.js';
import type { ResourceKey } from './resource-key.js';
import type { JournalEntry, Resource } from './rollback.js';

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
  /** The resources of these infras, in the order of their keys; of all infras where absent. */
  everything(infras?: readonly string[]): Promise<Resource[]>;
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
