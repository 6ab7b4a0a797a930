import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ActContext } from '../driver.js';
import {
  fullName,
  KINDS,
  type Change,
  type Desired,
  type Existence,
  type Existing,
  type Kind,
} from '../resource.js';
import { noteAct, touchedUnder } from './acts.js';
import { removeLeftovers } from './folders.js';
import { InfraPaths } from './paths.js';
import { readRecord, writeRecord, type LastAct, type LocalRecord } from './record.js';

/** What the kinds of the local driver share: the folders of an infra, and the records of acts. */
export class LocalInfras {
  readonly #tidied = new Map<string, Promise<void>>();

  constructor(private readonly dataDir: string) {}

  paths(infra: string): InfraPaths {
    return new InfraPaths(this.dataDir, infra);
  }

  /** Makes the folders that acts need, and removes scratch files of killed processes once per process. */
  async prepare(infra: string): Promise<InfraPaths> {
    const paths = this.paths(infra);
    let tidied = this.#tidied.get(infra);
    if (!tidied) {
      tidied = removeLeftovers(paths.servers);
      this.#tidied.set(infra, tidied);
      tidied.catch(() => this.#tidied.delete(infra));
    }
    await tidied;
    // The data directory may be deleted while processes use it.
    await mkdir(paths.servers, { recursive: true });
    return paths;
  }

  /** Must be called before every act. */
  note(paths: InfraPaths, context: ActContext, kind: Kind, name: string): Promise<void> {
    return noteAct(paths, context.idempotencyKey, kind, name);
  }

  /** Written before the thing is removed; valid only once the thing of that id is gone (see `recall`). */
  async storeTombstone<K extends Kind>(
    paths: InfraPaths,
    kind: K,
    resource: Existing[K],
    context: ActContext,
    more: Pick<LastAct, 'taskservs'> = {},
  ): Promise<void> {
    const tombstone = paths.tombstone(kind, fullName(resource));
    await mkdir(dirname(tombstone), { recursive: true });
    const last_act = { ...actOf<K>('destroyed', resource, context), ...more };
    await writeRecord(tombstone, kind, { resource, last_act });
  }

  async recall(infra: string, idempotencyKey: string, kinds: readonly Kind[] = KINDS): Promise<Change[]> {
    const paths = this.paths(infra);
    const changes: Change[] = [];
    for (const { kind, name } of await touchedUnder(paths, idempotencyKey)) {
      if (!kinds.includes(kind)) continue;
      const living = await readRecord(paths[kind](name), kind);
      const dead = await readRecord(paths.tombstone(kind, name), kind);
      if (dead?.last_act.idempotency_key === idempotencyKey && dead.resource.id !== living?.resource.id) {
        changes.push(...destruction(kind, dead));
      }
      if (living?.last_act.idempotency_key === idempotencyKey) {
        const { action, before } = living.last_act;
        changes.push({ kind, action, before, after: living.resource });
      }
    }
    return changes;
  }
}

/** The destruction of a server also destroys its task services. */
export function destruction<K extends Kind>(kind: K, { resource, last_act }: LocalRecord<K>): Change[] {
  const gone = (one: Kind, before: Existing[Kind]): Change => ({
    kind: one,
    action: 'destroyed',
    before,
    after: null,
  });
  return [...(last_act.taskservs ?? []).map((taskserv) => gone('taskserv', taskserv)), gone(kind, resource)];
}

/** The record of an act, for {@link Driver.recall}. */
export function actOf<K extends Kind>(
  action: Change['action'],
  before: Existing[K] | null,
  { idempotencyKey }: ActContext,
): LastAct<K> {
  return { action, idempotency_key: idempotencyKey, before };
}

/** The record after a change. Several changes under one key count as one, from the state before the first. */
export function changed<K extends Kind>(
  { resource, last_act }: LocalRecord<K>,
  desired: Desired[K],
  context: ActContext,
): LocalRecord<K> {
  const first = last_act.idempotency_key === context.idempotencyKey;
  return {
    resource: { ...resource, ...desired, changed_at: new Date().toISOString() },
    last_act: first ? last_act : actOf('changed', resource, context),
  };
}

/** The identity and the times of a thing that is made now. */
export function existsNow({ restores }: ActContext): Existence {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    driver: 'local',
    made_at: now,
    changed_at: now,
    description: 'A record kept by the local driver for development: nothing real exists.',
    ...(restores ? { restores } : {}),
  };
}
