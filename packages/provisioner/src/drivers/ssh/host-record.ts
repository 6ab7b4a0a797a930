import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import type { Existence, Server } from '../resource.js';
import type { Host } from './hosts-file.js';

/** A host's record of the server that it is: `<root>/server.json`. */
export interface HostRecord {
  format: 1;
  /** `claiming` until it is certain that no other host is that server. */
  state: 'claiming' | 'claimed';
  server: DesiredServer & Existence;
  /** The idempotency key of the act that made it. */
  key: string;
}

/** A record for a free host. */
export function claimFor(desired: DesiredServer, host: Host, context: ActContext): HostRecord {
  const now = new Date().toISOString();
  const { restores } = context;
  const existence: Existence = {
    id: randomUUID(),
    driver: 'ssh',
    made_at: now,
    changed_at: now,
    description: `The host ${host.shown}, which existed before and is kept.`,
    ...(restores ? { restores } : {}),
  };
  return {
    format: 1,
    state: 'claiming',
    server: { ...desired, ...existence },
    key: context.idempotencyKey,
  };
}

/** The text of the record's file. */
export function textOf(record: HostRecord): string {
  const { infra, name, id } = record.server;
  // Names that help people who read the file; the program reads the other members.
  return `${JSON.stringify({ infra, name, id, ...record }, null, 2)}\n`;
}

/** @throws DriverError if it is not a record of this program */
export function readRecord(text: string, host: Host): HostRecord {
  try {
    // Safe cast: the members are checked below.
    const { format, state, server, key } = JSON.parse(text) as Partial<HostRecord>;
    if (format === 1 && state && server && typeof server.id === 'string' && key !== undefined) {
      return { format, state, server, key };
    }
  } catch {
    // It is reported below.
  }
  throw new DriverError(
    `The record of the server that ${host.shown} is (server.json there) is damaged. ` +
      'Repair it, or remove it there, which releases the host.',
    { permanent: true },
  );
}

/** The server that a host is. */
export async function serverOn({
  host,
  record: { server },
}: {
  host: Host;
  record: HostRecord;
}): Promise<Server> {
  return { ...server, state: 'running', ip: await ipOf(host) };
}

async function ipOf({ target: { host } }: Host): Promise<string | null> {
  if (isIP(host)) return host;
  return lookup(host).then(
    ({ address }) => address,
    () => null,
  );
}
