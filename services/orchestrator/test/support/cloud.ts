import { createLocalDriver, fullName, KINDS } from '@provisioning/provisioner';

/**
 * What there really is in an infra of the local driver, as anybody would describe it who cannot see ids and times: read
 * from its files, not through the platform.
 */
export async function pictureOf(dataDir: string, infra: string): Promise<string[]> {
  const { resources } = createLocalDriver(dataDir);
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const things = await resources[kind].list(infra);
      return things.map((thing) => {
        const gained = new Set(['id', 'made_at', 'changed_at', 'restores', 'ip', 'state', 'description']);
        const asked = Object.entries(thing).filter(([member]) => !gained.has(member));
        return `${kind} ${fullName(thing)} ${JSON.stringify(Object.fromEntries(asked.sort()))}`;
      });
    }),
  );
  return lists.flat().sort();
}

/** Takes something away behind the platform's back. */
export async function vandalize(dataDir: string, infra: string, server: string): Promise<void> {
  const { resources } = createLocalDriver(dataDir);
  const found = await resources.server.read(infra, server);
  if (found) await resources.server.destroy(found, { idempotencyKey: `vandal ${found.id}` });
}
