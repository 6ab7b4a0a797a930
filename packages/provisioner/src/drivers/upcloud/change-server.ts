import { asSentence, messageOf } from '@provisioning/errors';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import { wantedPower, type Server } from '../resource.js';
import type { ServerDetails, UpcloudApi } from './api.js';
import { isPlan, type Catalogue } from './catalogue.js';
import { bootDisk, foundIn, toServer, type Found } from './found-server.js';
import { checkLabels, labelsOf, type Remembered } from './labels.js';
import { broken, gone, type Waits } from './waits.js';

/** Changes that are possible only while the server is stopped. */
interface HardwareChange {
  plan?: string;
  disk?: { storage: string; size: number };
}

/** UpCloud's names of the states that can be requested. */
const POWERED = { running: 'started', stopped: 'stopped' } as const;

/** Changes the plan, the disk and the labels of servers. */
export class ServerChanger {
  constructor(
    private readonly api: UpcloudApi,
    private readonly waits: Waits,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * Plan and disk are changed while the server is stopped. A label marks the change until the server is back in its former
   * state, and the new settings are written last. After a crash, the next attempt sees the label and completes the change.
   */
  async change(before: Server, desired: DesiredServer, context: ActContext): Promise<Found<ServerDetails>> {
    context.signal?.throwIfAborted();
    const { server, remembered, hardware } = await this.#parts(before, desired, context.signal);
    // From here on the change is completed even if it is cancelled: a server must not stay switched off.
    const about = { name: before.name };
    const was = remembered.changing ?? server.state;
    if (hardware) {
      context.log?.(
        `${before.name}: stops for a moment, because its ${Object.keys(hardware).join(' and ')} changes`,
      );
      if (remembered.changing === null) await this.#write(server, { ...remembered, changing: was });
      await this.#whileStopped(server, before.name, hardware, was, remembered);
    }
    const power =
      wantedPower(desired) ?? (was === 'started' && remembered.changing !== null ? 'running' : null);
    if (power !== null) {
      if (server.state !== POWERED[power])
        context.log?.(`${before.name}: ${power === 'running' ? 'starts' : 'stops'}`);
      if (power === 'running') await this.waits.started(server.uuid, about);
      else await this.waits.stopped(server.uuid, about);
    }
    await this.#write(server, {
      ...remembered,
      // The same image as before, unless it was no longer recorded.
      plan: desired.plan,
      image: desired.image,
      storage_gb: desired.storage_gb,
      labels: desired.labels,
      changedAt: new Date().toISOString(),
      changing: null,
    });
    return this.#find(before);
  }

  /** Checks the change without making it. @throws DriverError if the server could not be changed like this */
  async check(before: Server, desired: DesiredServer, signal?: AbortSignal): Promise<void> {
    await this.#parts(before, desired, signal);
  }

  /** Reads what the change needs, before anything is changed. @throws DriverError */
  async #parts(before: Server, desired: DesiredServer, signal: AbortSignal | undefined) {
    const { server, remembered } = await this.#find(before, signal);
    checkLabels(desired);
    refuseReplacement(toServer({ server, remembered }), desired);
    return { server, remembered, hardware: await this.#hardwareChange(server, desired) };
  }

  /** The server of that id, in a state in which it can be changed. */
  async #find({ id, name }: Server, signal?: AbortSignal): Promise<Found<ServerDetails>> {
    const server = await this.waits.settled(id, { name, signal });
    const found = server && foundIn(server);
    if (!found) throw gone(name);
    if (found.server.state === 'error') throw broken(name, id);
    return found;
  }

  async #hardwareChange(server: ServerDetails, desired: DesiredServer): Promise<HardwareChange | null> {
    const { name, storage_gb } = desired;
    const change: HardwareChange = {};
    if (!isPlan(server.plan, desired.plan)) {
      change.plan = (await this.catalogue.plan(desired.plan, name)).name;
    }
    const disk = bootDisk(server);
    if (storage_gb !== null && disk && disk.storage_size !== storage_gb) {
      if (storage_gb < disk.storage_size) throw shrinking(name, disk.storage_size, storage_gb);
      change.disk = { storage: disk.storage, size: storage_gb };
    }
    return Object.keys(change).length > 0 ? change : null;
  }

  async #whileStopped(
    server: ServerDetails,
    name: string,
    { plan, disk }: HardwareChange,
    was: string,
    remembered: Remembered,
  ): Promise<void> {
    const { uuid } = server;
    try {
      await this.waits.stopped(uuid, { name });
      if (plan !== undefined) await this.api.modifyServer(uuid, { plan }, { name });
      if (disk) await this.api.growStorage(disk.storage, disk.size, { name });
    } catch (error) {
      await this.#backAsItWas(server, name, was, remembered, error);
      throw error;
    }
    if (was === 'started') await this.waits.started(uuid, { name });
  }

  async #backAsItWas(
    server: ServerDetails,
    name: string,
    was: string,
    remembered: Remembered,
    failure: unknown,
  ): Promise<void> {
    try {
      if (was === 'started') await this.waits.started(server.uuid, { name });
      await this.#write(server, { ...remembered, changing: null });
    } catch (error) {
      throw new DriverError(
        `${asSentence(messageOf(failure))} In addition, the server could not be returned to state ${was}: ` +
          messageOf(error),
        { cause: failure },
      );
    }
  }

  #write({ uuid }: ServerDetails, remembered: Remembered): Promise<void> {
    const { name } = remembered;
    return this.api.modifyServer(uuid, { labels: { label: labelsOf(remembered) } }, { name });
  }
}

/** The caller replaces servers whose zone or image changes: this function cannot change them. */
function refuseReplacement(before: Server, desired: DesiredServer): void {
  const sameImage = before.image === desired.image || before.lost?.includes('image');
  if (before.zone === desired.zone && sameImage) return;
  throw new DriverError(
    `Zone and image of server ${before.name} cannot be changed at UpCloud: destroy it and create it again. ` +
      'Nothing was changed.',
    { permanent: true },
  );
}

function shrinking(name: string, is: number, wanted: number): DriverError {
  return new DriverError(
    `The disk of server ${name} has ${is} GB and cannot shrink to ${wanted} GB at UpCloud. Request ${is} or more, or ` +
      'destroy the server and create it again. Nothing was changed.',
    { permanent: true },
  );
}
