import { createHash } from 'node:crypto';
import type { Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import { isRefusal } from './aws-error.js';
import { explainState, isByHand } from './explain-state.js';
import { foundIn, inOrder, isLiving, type Found } from './found-instance.js';
import type { Orders } from './instance-order.js';
import type { KeyPairs } from './key-pairs.js';
import type { About, Region } from './region.js';
import type { Regions } from './regions.js';
import { keyValue } from './tags.js';
import type { Waits } from './waits.js';

// How often a server may be made and destroyed under one key.
const TOKENS = 20;

/**
 * Makes servers. EC2 identifies an order by a token, which is derived from the idempotency key and the name: a repeated
 * order makes one instance. Of several servers that were ordered under different keys, all processes keep the oldest.
 */
export class ServerMaker {
  constructor(
    private readonly regions: Regions,
    private readonly waits: Waits,
    private readonly orders: Orders,
    /** The login user. */
    private readonly keyPairs: KeyPairs | null,
  ) {}

  /** @returns the server of that name, and whether it was made under this key; if it was, it runs */
  async make(desired: DesiredServer, context: ActContext): Promise<{ found: Found; made: boolean }> {
    const { signal } = context;
    signal?.throwIfAborted();
    const about = { name: desired.name, signal };
    const key = keyValue(context.idempotencyKey);
    const isOurs = ({ remembered }: Found) => remembered.key === key;
    const existing = await this.named(desired, signal);
    const found = existing.find(isOurs) ?? existing[0] ?? (await this.#order(desired, context));
    if (!isOurs(found)) return { found, made: false };
    const settled = await this.waits.settled(found.region, found.instance.InstanceId, about);
    // Another process may have ordered one at the same time under another key. Both are visible by now.
    const [first = settled, ...others] = inOrder([
      settled,
      ...without(await this.named(desired, signal), settled),
    ]);
    for (const { region, instance } of others.filter(isOurs)) {
      await this.waits.gone(region, instance.InstanceId, about);
    }
    return { found: first, made: isOurs(first) };
  }

  /** @throws DriverError if it could not be ordered */
  check(desired: DesiredServer, signal?: AbortSignal): Promise<void> {
    return this.orders.check(desired, signal);
  }

  /** All existing instances of that name, the valid one first. */
  async named({ infra, name }: { infra: string; name: string }, signal?: AbortSignal): Promise<Found[]> {
    return this.regions.find(infra, name, signal);
  }

  /** @returns what was made now or by an earlier attempt */
  async #order(desired: DesiredServer, context: ActContext): Promise<Found> {
    const about = { name: desired.name, signal: context.signal };
    const { input, region } = await this.orders.of(desired, context);
    for (let count = 0; count < TOKENS; count++) {
      const token = tokenFor(desired, context.idempotencyKey, count);
      const shown = await this.#run(region, { ...input, ClientToken: token }, about);
      if (!shown) continue;
      if ('remembered' in shown) {
        context.log?.(`${desired.name}: AWS makes it, as ${shown.instance.InstanceId}`);
        return shown;
      }
      // An instance that was destroyed is not made again under its token; one that never ran must be reported.
      const { InstanceId = '', StateReason: reason } = shown;
      if (!isByHand(reason)) throw explainState(desired.name, InstanceId, reason);
    }
    throw new DriverError(
      `Server ${desired.name} was made and destroyed ${TOKENS} times under one idempotency key, which is the maximum. ` +
        'Run the command again with another key.',
      { permanent: true },
    );
  }

  /** @returns an instance without tags if it was terminated, and null if EC2 no longer reports it */
  async #run(
    region: Region,
    input: RunInstancesCommandInput,
    about: About,
  ): Promise<Found | Instance | null> {
    try {
      const { InstanceId = '' } = await this.#runWithKey(region, input, about);
      return await this.waits.shown(region, InstanceId, about);
    } catch (error) {
      if (isRefusal(error, 'IdempotentInstanceTerminated')) return null;
      if (!isRefusal(error, 'IdempotentParameterMismatch')) throw error;
      return this.#orderedOtherwise(region, input, about, error);
    }
  }

  async #runWithKey(region: Region, input: RunInstancesCommandInput, about: About): Promise<Instance> {
    try {
      return await region.run(input, about);
    } catch (error) {
      if (!this.keyPairs || !isRefusal(error, 'InvalidKeyPair.NotFound')) throw error;
      this.keyPairs.forget(region);
      await this.keyPairs.in(region);
      return region.run(input, about);
    }
  }

  /** An earlier attempt ordered it with other parameters, for example when another image was the newest. */
  #orderedOtherwise(
    region: Region,
    { ClientToken: token = '' }: RunInstancesCommandInput,
    about: About,
    refusal: DriverError,
  ): Promise<Found | Instance> {
    return this.waits.until(
      async () => {
        const [instance] = await region.instances([{ Name: 'client-token', Values: [token] }], about.signal);
        if (!instance) return undefined;
        return isLiving(instance) ? (foundIn(instance, region) ?? undefined) : instance;
      },
      { withinMs: this.waits.pace.visibleMs, late: () => refusal, signal: about.signal },
    );
  }
}

/** The same for every attempt. It changes once the instance was destroyed, because EC2 remembers tokens for hours. */
function tokenFor({ infra, name }: DesiredServer, idempotencyKey: string, count: number): string {
  const parts = JSON.stringify([idempotencyKey, infra, name, count]);
  return createHash('sha256').update(parts).digest('hex');
}

function without(found: readonly Found[], { instance: { InstanceId } }: Found): Found[] {
  return found.filter(({ instance }) => instance.InstanceId !== InstanceId);
}
