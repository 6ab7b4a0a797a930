import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import type { AwsConfig } from './config.js';
import type { Images } from './images.js';
import { instanceTypeOf } from './instance-types.js';
import type { KeyPairs } from './key-pairs.js';
import type { Region } from './region.js';
import type { Regions } from './regions.js';
import { checkCount, checkLabels, keyValue, tagsOf, tagsOfParts, type Remembered } from './tags.js';

/** Composes the orders for instances. */
export class Orders {
  constructor(
    private readonly regions: Regions,
    private readonly images: Images,
    /** The login user. */
    private readonly keyPairs: KeyPairs | null,
    private readonly config: Pick<AwsConfig, 'regions' | 'subnetId' | 'securityGroupIds'>,
  ) {}

  /** Checks the order without placing it. @throws DriverError if the server could not be ordered */
  async check(desired: DesiredServer, signal?: AbortSignal): Promise<void> {
    const { region, instanceType } = await this.#parts(desired, signal);
    if (await region.type(instanceType, { name: desired.name, signal })) return;
    throw new DriverError(
      `AWS has no instance type ${instanceType} in ${region.name}, which server ${desired.name} requests. Choose ` +
        'another plan. Nothing was changed.',
      { permanent: true },
    );
  }

  /** Identical for every attempt under a key, because EC2 compares them. @throws DriverError if it cannot be ordered */
  async of(
    desired: DesiredServer,
    { idempotencyKey, restores = [], signal }: ActContext,
  ): Promise<{ input: RunInstancesCommandInput; region: Region }> {
    const { infra, name, plan, zone, image, storage_gb, labels } = desired;
    const { region, availabilityZone, instanceType, chosen } = await this.#parts(desired, signal);
    const { subnetId, securityGroupIds } = this.config;
    const key = keyValue(idempotencyKey);
    const remembered: Remembered = {
      infra,
      name,
      key,
      plan,
      instanceType,
      zone,
      image,
      storage_gb,
      labels,
      restores,
      loginUser: chosen.loginUser,
      changedAt: null,
      changing: null,
    };
    checkCount(remembered);
    const input: RunInstancesCommandInput = {
      ImageId: chosen.id,
      // Safe cast: the provider refuses types that it does not know; the library lists those of its own release.
      InstanceType: instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [
        {
          DeviceName: chosen.rootDevice,
          Ebs: {
            DeleteOnTermination: true,
            VolumeType: 'gp3',
            ...(storage_gb === null ? {} : { VolumeSize: storage_gb }),
          },
        },
      ],
      // Version 1 gives credentials to any attacker who makes a server fetch a URL.
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
      InstanceInitiatedShutdownBehavior: 'stop',
      ...(availabilityZone ? { Placement: { AvailabilityZone: availabilityZone } } : {}),
      ...(subnetId ? { SubnetId: subnetId } : {}),
      ...(securityGroupIds.length > 0 ? { SecurityGroupIds: [...securityGroupIds] } : {}),
      ...(this.keyPairs ? { KeyName: await this.keyPairs.in(region) } : {}),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tagsOf(remembered) },
        { ResourceType: 'volume', Tags: tagsOfParts(remembered) },
      ],
    };
    return { input, region };
  }

  /** Reads what an order needs. @throws DriverError */
  async #parts(desired: DesiredServer, signal: AbortSignal | undefined) {
    checkLabels(desired);
    const { name, plan, image, storage_gb } = desired;
    const { at: region, availabilityZone } = this.#place(desired);
    const instanceType = instanceTypeOf(plan, name);
    const chosen = await this.images.choose(image, instanceType, region, { name, signal });
    if (storage_gb !== null && storage_gb < chosen.gigabytes) {
      throw new DriverError(
        `Server ${name} cannot have a volume of ${storage_gb} GB: its image needs ${chosen.gigabytes} GB. ` +
          'Nothing was changed.',
        { permanent: true },
      );
    }
    return { region, availabilityZone, instanceType, chosen };
  }

  /** @throws DriverError if the configured network does not exist */
  #place({ zone, name }: DesiredServer) {
    const place = this.regions.placeOf(zone, name);
    const { subnetId, securityGroupIds, regions } = this.config;
    if (place.region === regions[0] || (!subnetId && securityGroupIds.length === 0)) return place;
    throw new DriverError(
      `Server ${name} cannot be made in ${place.region}: AWS_SUBNET_ID and AWS_SECURITY_GROUP_IDS belong to ${regions[0]}. ` +
        'Make it there, or run a separate worker that is configured for the other region. Nothing was changed.',
      { permanent: true },
    );
  }
}
