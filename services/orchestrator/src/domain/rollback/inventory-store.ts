import type { Thing } from '../access/visibility.js';
import type { Page } from '../page.js';
import type { ResourceKey } from './resource-key.js';
import type { JournalEntry, Resource } from './rollback.js';

/** A page of resources. */
export interface ResourceFilter extends Page<ResourceKey> {
  /** Only these; all where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  provider: string | undefined;
  /** A part of the name; case-insensitive. */
  text?: string | undefined;
}

/** A page of journal entries. */
export interface JournalFilter extends Page<number> {
  /** Only these; all where absent. */
  visible?: readonly Thing[] | undefined;
  infra: string | undefined;
  kind: string | undefined;
  name: string | undefined;
  taskId: string | undefined;
  batchId: string | undefined;
  provider?: string | undefined;
  states?: readonly string[] | undefined;
  /** The period in which they were recorded, both ends included. */
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Reads the inventory and the journal. */
export interface InventoryStore {
  /** The resources of these infras, in the order of their keys; of all infras where absent. */
  everything(infras?: readonly string[]): Promise<Resource[]>;
  /** In the order of their keys. */
  resources(filter: ResourceFilter): Promise<{ resources: Resource[]; total: number }>;
  find(key: ResourceKey): Promise<Resource | undefined>;
  /** The providers of servers of an infra; unknown names are left out. */
  providersOf(infra: string, servers: readonly string[]): Promise<{ name: string; provider: string }[]>;
  /** The distinct objects of the inventory, for the policies. */
  things(): Promise<Thing[]>;
  /** The distinct objects of the journal, for the policies. */
  journaledThings(): Promise<Thing[]>;
  /** Newest first. */
  journal(filter: JournalFilter): Promise<{ entries: JournalEntry[]; total: number }>;
}
