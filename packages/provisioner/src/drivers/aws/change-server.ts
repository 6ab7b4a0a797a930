import { asSentence, errorOf, messageOf } from '@provisioning/errors';
import type { Instance } from '@aws-sdk/client-ec2';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import { wantedPower, type Server } from '../resource.js';
import { isLiving, rootVolumeOf, type Found } from './found-instance.js';
import { instanceTypeOf } from './instance-types.js';
import type { About, Region } from './region.js';
import type { Place } from './place.js';
import type { Regions } from './regions.js';
import { checkCount, checkLabels, obsoleteTags, tagsOf, type Remembered } from './tags.js';
import { gone, type Waits } from './waits.js';

/** Changes the plan, the volume and the labels of servers. */
export class ServerChanger {
  constructor(
    private readonly regions: Regions,
    private readonly waits: Waits,
  ) {}

  /**
   * The type is changed while the server is stopped. A tag marks the change until the server is back in its former state,
   * and the new settings are written last. After a crash, the next attempt sees the tag and completes the change.
   */
  async change(before: Server, desired: DesiredServer, { signal, log }: ActContext): Promise<Found> {
    signal?.throwIfAborted();
    const { id, name } = before;
    const { region, found, after, other, volume } = await this.#parts(before, desired, signal);
    const { remembered } = found;
    const { instanceType } = after;
    signal?.throwIfAborted();
    // From here on the change is completed even if it is cancelled: a server must not stay switched off.
    const about = { name };
    if (volume !== null && desired.storage_gb !== null) {
      log?.(`${name}: its volume grows to ${desired.storage_gb} GB`);
      await this.waits.grown(region, volume, desired.storage_gb, about);
    }
    if (other) {
      log?.(`${name}: stops for a moment to become a ${instanceType}; its public address may change`);
      await this.#retype(region, found, instanceType);
    }
    const power = wantedPower(desired) ?? (remembered.changing === 'running' ? 'running' : null);
    if (power !== null) await this.#bring(region, found, power, log);
    const obsolete = obsoleteTags(remembered, after);
    if (obsolete.length > 0) await region.untag(id, obsolete, about);
    await region.tag(id, tagsOf(after), about);
    return this.#written(region, before, after);
  }

  /** Checks the change without making it. @throws DriverError if the server could not be changed like this */
  async check(before: Server, desired: DesiredServer, signal?: AbortSignal): Promise<void> {
    await this.#parts(before, desired, signal);
  }

  /** Reads what the change needs, before anything is changed. @throws DriverError */
  async #parts(before: Server, desired: DesiredServer, signal: AbortSignal | undefined) {
    const { name } = before;
    const { at: region } = this.regions.placeOf(before.zone, name);
    const found = await this.#find(region, before, signal);
    const { instance, remembered } = found;
    const instanceType = instanceTypeOf(desired.plan, name);
    const after: Remembered = {
      ...remembered,
      plan: desired.plan,
      instanceType,
      labels: desired.labels,
      // The same as before, unless they were no longer recorded.
      zone: desired.zone,
      image: desired.image,
      storage_gb: desired.storage_gb,
      changedAt: new Date().toISOString(),
      changing: null,
    };
    checkLabels(desired);
    checkCount(after);
    refuseReplacement(found, this.regions.placeOf(desired.zone, name), desired);
    const other = instance.InstanceType !== instanceType;
    if (other) await this.#refuseUnfit(region, instance, instanceType, { name, signal });
    const volume = await this.#volumeToGrow(region, instance, desired, { name, signal });
    return { region, found, after, other, volume };
  }

  /** Starts or stops the server, unless it is in that state already. */
  async #bring(
    region: Region,
    { instance, remembered }: Found,
    power: 'running' | 'stopped',
    log: ActContext['log'],
  ): Promise<void> {
    const about = { name: remembered.name };
    const isSo = instance.State?.Name === power && remembered.changing === null;
    if (!isSo) log?.(`${about.name}: ${power === 'running' ? 'starts' : 'stops'}`);
    if (power === 'running') await this.waits.running(region, instance.InstanceId, about);
    else await this.waits.stopped(region, instance.InstanceId, about);
  }

  /** The server of that id, in a state in which it can be changed. */
  async #find(region: Region, { id, name, made_at }: Server, signal?: AbortSignal): Promise<Found> {
    const instance = await this.waits.known(region, id, made_at, { name, signal });
    if (!instance || !isLiving(instance)) throw gone(name);
    return this.waits.settled(region, id, { name, signal });
  }

  /** EC2 may take a moment to return new tags, so the tags that were written are used instead of those that it returns. */
  async #written(region: Region, { id, name }: Server, remembered: Remembered): Promise<Found> {
    const { instance } = await this.waits.settled(region, id, { name });
    return { region, instance, remembered, lost: [] };
  }

  async #retype(region: Region, { instance, remembered }: Found, type: string): Promise<void> {
    const { InstanceId: id, InstanceType: old = '', State } = instance;
    const about = { name: remembered.name };
    const was = remembered.changing ?? State?.Name ?? 'running';
    const note = (changing: string | null) => region.tag(id, tagsOf({ ...remembered, changing }), about);
    if (remembered.changing === null) await note(was);
    try {
      await this.waits.stopped(region, id, about);
      await region.setType(id, type, about);
      if (was === 'running') await this.waits.running(region, id, about);
    } catch (error) {
      await this.#backAsItWas(region, { id, old, was }, about, errorOf(error));
      await note(null);
      throw error;
    }
  }

  /** If EC2 has no capacity for the new type, it may have some for the old one. */
  async #backAsItWas(
    region: Region,
    { id, old, was }: { id: string; old: string; was: string },
    about: About,
    failure: Error,
  ): Promise<void> {
    try {
      const { instance } = await this.waits.settled(region, id, about);
      if (instance.State?.Name === 'stopped' && instance.InstanceType !== old) {
        await region.setType(id, old, about);
      }
      if (was === 'running') await this.waits.running(region, id, about);
    } catch (error) {
      throw new DriverError(
        `${asSentence(failure.message)} In addition, the server could not be returned to state ${was} as a ${old}: ` +
          messageOf(error),
        { cause: failure },
      );
    }
  }

  /** @throws DriverError before the server is stopped without need */
  async #refuseUnfit(
    region: Region,
    { Architecture: architecture }: Instance,
    wanted: string,
    about: About,
  ): Promise<void> {
    const { ProcessorInfo } = (await region.type(wanted, about)) ?? {};
    const fitting: readonly string[] = ProcessorInfo?.SupportedArchitectures ?? [];
    if (architecture === undefined || fitting.length === 0 || fitting.includes(architecture)) return;
    throw new DriverError(
      `Server ${about.name} has an operating system for ${architecture}, but the plan ${wanted} is for ${fitting.join(' and ')}. ` +
        'Choose another plan, or destroy it and create it again. Nothing was changed.',
      { permanent: true },
    );
  }

  /** @returns null if it is large enough */
  async #volumeToGrow(
    region: Region,
    instance: Instance,
    { name, storage_gb: wanted }: DesiredServer,
    about: About,
  ): Promise<string | null> {
    const id = rootVolumeOf(instance);
    if (wanted === null || id === null) return null;
    const { Size: size = wanted } = (await region.volume(id, about)) ?? {};
    if (size > wanted) {
      throw new DriverError(
        `The volume of server ${name} has ${size} GB and cannot shrink to ${wanted} GB at AWS. Request ${size} or ` +
          'more, or destroy the server and create it again. Nothing was changed.',
        { permanent: true },
      );
    }
    return size === wanted ? null : id;
  }
}

/** The caller replaces servers whose zone or image changes: this function cannot change them. */
function refuseReplacement(
  { region, instance, remembered, lost }: Found,
  place: Place,
  desired: DesiredServer,
): void {
  const is = instance.Placement?.AvailabilityZone;
  const isThere = place.region === region.name && [null, is].includes(place.availabilityZone);
  const sameZone = remembered.zone === desired.zone || (lost.includes('zone') && isThere);
  if (sameZone && (remembered.image === desired.image || lost.includes('image'))) return;
  throw new DriverError(
    `Zone and image of server ${desired.name} cannot be changed at AWS: destroy it and create it again. ` +
      'Nothing was changed.',
    { permanent: true },
  );
}
