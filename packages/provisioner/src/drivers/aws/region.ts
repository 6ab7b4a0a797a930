import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  ImportKeyPairCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type _InstanceType,
  type Image,
  type Instance,
  type InstanceTypeInfo,
  type RunInstancesCommandInput,
  type Volume,
  type VolumeModification,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { AwsError, isRefusal } from './aws-error.js';
import type { Caller } from './caller.js';
import type { Clients } from './clients.js';
import type { Filter, Tag } from './tags.js';

/** What is acted on, for messages, and the signal that cancels it. */
export interface About {
  name: string;
  /** Aborts reads. Changes are always awaited. */
  signal?: AbortSignal | undefined;
}

const PAGE = 1000;
const QUOTA_MS = 5_000;

/** The calls to EC2, Parameter Store and Service Quotas in one region. Their errors are sentences. */
export class Region {
  constructor(
    readonly name: string,
    private readonly clients: Clients,
    private readonly caller: Caller,
  ) {}

  async instances(filters: readonly Filter[], signal?: AbortSignal): Promise<Instance[]> {
    const found: Instance[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Filters: [...filters], MaxResults: PAGE, ...(NextToken ? { NextToken } : {}) };
      const page = await this.#read(`list the servers in ${this.name}`, signal, (options) =>
        this.clients.ec2.send(new DescribeInstancesCommand(input), options),
      );
      found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
      NextToken = page.NextToken || undefined;
    } while (NextToken !== undefined);
    return found;
  }

  /** Null if EC2 does not know it: not yet, or no longer. */
  async instance(id: string, { name, signal }: About): Promise<Instance | null> {
    try {
      const { Reservations = [] } = await this.#read(`read server ${name}`, signal, (options) =>
        this.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }), options),
      );
      return Reservations[0]?.Instances?.[0] ?? null;
    } catch (error) {
      if (isRefusal(error, 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed')) return null;
      throw error;
    }
  }

  async run(input: RunInstancesCommandInput, { name }: About): Promise<Instance> {
    const { Instances = [] } = await this.#act(`create server ${name}`, (options) =>
      this.clients.ec2.send(new RunInstancesCommand(input), options),
    );
    return Instances[0] ?? {};
  }

  async terminate(id: string, { name }: About): Promise<void> {
    await this.#act(`destroy server ${name}`, (options) =>
      this.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }), options),
    );
  }

  async stop(id: string, { name }: About): Promise<void> {
    await this.#act(`stop server ${name}`, (options) =>
      this.clients.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }), options),
    );
  }

  async start(id: string, { name }: About): Promise<void> {
    await this.#act(`start server ${name}`, (options) =>
      this.clients.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }), options),
    );
  }

  async setType(id: string, type: string, { name }: About): Promise<void> {
    const input = { InstanceId: id, InstanceType: { Value: type } };
    await this.#act(`give server ${name} the plan ${type}`, (options) =>
      this.clients.ec2.send(new ModifyInstanceAttributeCommand(input), options),
    );
  }

  async type(type: string, { name, signal }: About): Promise<InstanceTypeInfo | null> {
    const { InstanceTypes = [] } = await this.#read(`find the plan of server ${name}`, signal, (options) =>
      this.clients.ec2.send(
        // Safe cast: the provider refuses types that it does not know; the library lists those of its own release.
        new DescribeInstanceTypesCommand({ InstanceTypes: [type as _InstanceType] }),
        options,
      ),
    );
    return InstanceTypes[0] ?? null;
  }

  /** Adds tags, and replaces those of the same keys. */
  async tag(id: string, tags: readonly Tag[], { name }: About): Promise<void> {
    await this.#act(`tag server ${name}`, (options) =>
      this.clients.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [...tags] }), options),
    );
  }

  async untag(id: string, keys: readonly string[], { name }: About): Promise<void> {
    const input = { Resources: [id], Tags: keys.map((Key) => ({ Key })) };
    await this.#act(`tag server ${name}`, (options) =>
      this.clients.ec2.send(new DeleteTagsCommand(input), options),
    );
  }

  async volume(id: string, { name, signal }: About): Promise<Volume | null> {
    const { Volumes = [] } = await this.#read(`read the volume of server ${name}`, signal, (options) =>
      this.clients.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }), options),
    );
    return Volumes[0] ?? null;
  }

  async growVolume(id: string, gigabytes: number, { name }: About): Promise<void> {
    await this.#act(`grow the volume of server ${name}`, (options) =>
      this.clients.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: gigabytes }), options),
    );
  }

  /** The last modification of a volume; null if there was none. */
  async modification(id: string, { name, signal }: About): Promise<VolumeModification | null> {
    try {
      const { VolumesModifications = [] } = await this.#read(
        `read the volume of server ${name}`,
        signal,
        (options) =>
          this.clients.ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }), options),
      );
      return VolumesModifications[0] ?? null;
    } catch (error) {
      if (isRefusal(error, 'InvalidVolumeModification.NotFound')) return null;
      throw error;
    }
  }

  async images(
    which: { id: string } | { owners: readonly string[]; filters: readonly Filter[] },
    { name, signal }: About,
  ): Promise<Image[]> {
    const input =
      'id' in which ? { ImageIds: [which.id] } : { Owners: [...which.owners], Filters: [...which.filters] };
    const { Images = [] } = await this.#read(`find the image of server ${name}`, signal, (options) =>
      this.clients.ec2.send(new DescribeImagesCommand(input), options),
    );
    return Images;
  }

  /** A parameter of Parameter Store; null if it does not exist. */
  async parameter(path: string, { name, signal }: About): Promise<string | null> {
    try {
      const { Parameter } = await this.#read(`find the image of server ${name}`, signal, (options) =>
        this.clients.ssm.send(new GetParameterCommand({ Name: path }), options),
      );
      return Parameter?.Value ?? null;
    } catch (error) {
      if (isRefusal(error, 'ParameterNotFound', 'ParameterVersionNotFound')) return null;
      throw error;
    }
  }

  /**
   * The account's value of an EC2 quota. Null if AWS does not return it in time: an access key may lack the permission,
   * and a private network may have no route to Service Quotas.
   */
  async quota(code: string, { name, signal }: About): Promise<number | null> {
    const input = { ServiceCode: 'ec2', QuotaCode: code };
    const deadline = AbortSignal.timeout(QUOTA_MS);
    try {
      const { Quota } = await this.#read(
        `read the quota of server ${name}`,
        signal ? AbortSignal.any([signal, deadline]) : deadline,
        (options) => this.clients.quotas.send(new GetServiceQuotaCommand(input), options),
      );
      return Quota?.Value ?? null;
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.aborted || error instanceof AwsError) return null;
      throw error;
    }
  }

  /** @returns false if a key pair of that name exists already */
  async importKey(keyName: string, publicKey: string, tags: readonly Tag[]): Promise<boolean> {
    const input = {
      KeyName: keyName,
      PublicKeyMaterial: Buffer.from(publicKey),
      TagSpecifications: [{ ResourceType: 'key-pair' as const, Tags: [...tags] }],
    };
    try {
      await this.#act(`import the key ${keyName} in ${this.name}`, (options) =>
        this.clients.ec2.send(new ImportKeyPairCommand(input), options),
      );
      return true;
    } catch (error) {
      if (isRefusal(error, 'InvalidKeyPair.Duplicate')) return false;
      throw error;
    }
  }

  #read<T>(
    act: string,
    signal: AbortSignal | undefined,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return this.caller.call(act, send, signal);
  }

  #act<T>(act: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.caller.call(act, send);
  }
}
