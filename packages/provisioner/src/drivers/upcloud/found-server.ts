import type { Server } from '../resource.js';
import type { ListedServer, ServerDetails } from './api.js';
import { isPlan } from './catalogue.js';
import { lostIn, rememberedIn, type Remembered } from './labels.js';

/** A server that this driver made, as UpCloud describes it. */
export interface Found<S extends ListedServer = ListedServer> {
  server: S;
  remembered: Remembered;
}

/** Null if this driver did not make it. */
export function foundIn<S extends ListedServer>(server: S): Found<S> | null {
  const remembered = rememberedIn(server.labels.label);
  return remembered && { server, remembered };
}

/** The valid server comes first. Of several with one name it is the oldest, so that all processes choose the same. */
export function inOrder<F extends Found>(found: readonly F[]): F[] {
  return found.toSorted(({ server: one }, { server: other }) => {
    const age = (one.created ?? 0) - (other.created ?? 0);
    return age || (one.uuid < other.uuid ? -1 : 1);
  });
}

/** The disk that a server boots from. */
export function bootDisk({
  storage_devices,
}: ServerDetails): { storage: string; storage_size: number } | null {
  return storage_devices.storage_device.find(({ type }) => type === 'disk') ?? null;
}

/** The server as the driver reports it. */
export function toServer({ server, remembered }: Found<ServerDetails>): Server {
  const { infra, name, image, labels, restores, changedAt } = remembered;
  const lost = lostIn(server.labels.label);
  const madeAt = new Date((server.created ?? 0) * 1000).toISOString();
  return {
    infra,
    name,
    plan: planOf(server, remembered),
    zone: server.zone,
    provider: 'upcloud',
    image,
    labels,
    storage_gb: storageOf(server, remembered),
    id: server.uuid,
    driver: 'upcloud',
    made_at: madeAt,
    changed_at: changedAt ?? madeAt,
    description: describe(server, remembered),
    ...(restores.length > 0 ? { restores } : {}),
    ...(lost.length > 0 ? { lost } : {}),
    state: STATES[server.state] ?? 'starting',
    ip: addressOf(server),
  };
}

const STATES: Readonly<Record<string, Server['state']>> = {
  started: 'running',
  stopped: 'stopped',
  error: 'error',
};

// The recorded values, unless the server was changed at UpCloud. During a change, the former values are valid: the
// new ones are recorded when it is complete.
function planOf({ plan }: ServerDetails, { plan: asked, changing }: Remembered): string {
  return changing !== null || isPlan(plan, asked) ? asked : plan;
}

function storageOf(server: ServerDetails, { storage_gb, changing }: Remembered): number | null {
  const disk = bootDisk(server);
  return storage_gb === null || changing !== null || !disk ? storage_gb : disk.storage_size;
}

function addressOf({ ip_addresses }: ServerDetails): string | null {
  const reachable = ip_addresses.ip_address.filter(({ access }) => access === 'public');
  return (reachable.find(({ family }) => family === 'IPv4') ?? reachable[0])?.address ?? null;
}

function describe({ uuid, plan, zone, state }: ServerDetails, { changing }: Remembered): string {
  const what = `Server ${uuid} at UpCloud (${plan}, ${zone}).`;
  if (state === 'error') return `${what} UpCloud reports it in state error; it cannot be used.`;
  if (changing !== null) return `${what} A change of its plan or disk is in progress or was interrupted.`;
  return what;
}
