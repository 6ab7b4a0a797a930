import { listIn, textIn, textsIn, type Answer, type Node } from './ec2-query.js';
import { FakeInstance } from './fake-ec2-instance.js';

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface FakeImage {
  id: string;
  name: string;
  owner: string;
  architecture: 'x86_64' | 'arm64';
  gigabytes: number;
  created: string;
}

type Query = Record<string, Node>;

const DEBIAN = '136693071363';
const IMAGES: readonly FakeImage[] = [
  {
    id: 'ami-0d12a',
    name: 'debian-12-amd64-20260501-2000',
    owner: DEBIAN,
    architecture: 'x86_64',
    gigabytes: 8,
    created: '2026-05-01T00:00:00.000Z',
  },
  {
    id: 'ami-0d12b',
    name: 'debian-12-amd64-20260901-2100',
    owner: DEBIAN,
    architecture: 'x86_64',
    gigabytes: 8,
    created: '2026-09-01T00:00:00.000Z',
  },
  {
    id: 'ami-0d12c',
    name: 'debian-12-arm64-20260901-2100',
    owner: DEBIAN,
    architecture: 'arm64',
    gigabytes: 8,
    created: '2026-09-01T00:00:00.000Z',
  },
  {
    // Another account's image with a similar name.
    id: 'ami-0bad1',
    name: 'debian-12-amd64-20991231-9999',
    owner: '666666666666',
    architecture: 'x86_64',
    gigabytes: 8,
    created: '2026-10-01T00:00:00.000Z',
  },
  {
    id: 'ami-0bb22',
    name: 'ubuntu/images/hvm-ssd/ubuntu-noble',
    owner: '099720109477',
    architecture: 'x86_64',
    gigabytes: 10,
    created: '2026-04-01T00:00:00.000Z',
  },
];
const TYPES: Record<string, 'x86_64' | 'arm64'> = {
  't3.micro': 'x86_64',
  't3.small': 'x86_64',
  't3.medium': 'x86_64',
  't3.large': 'x86_64',
  't4g.small': 'arm64',
};

/** One region of an account. Never compared with AWS itself. */
export class FakeRegion {
  readonly instances: FakeInstance[] = [];
  readonly keyPairs = new Map<string, string>();
  /** Values by code; absent for those that the account may not read. */
  readonly quotas = new Map<string, number>();
  readonly parameters = new Map([
    ['/aws/service/debian/release/12/latest/amd64', 'ami-0d12b'],
    ['/aws/service/debian/release/12/latest/arm64', 'ami-0d12c'],
  ]);
  images = [...IMAGES];
  readonly #orders = new Map<string, { text: string; instance: FakeInstance }>();
  /** The next server is not visible for this many reads. */
  hideFor = 0;
  /** The state that the next created or started server reaches. */
  nextDies: FakeInstance['dies'] = null;
  /** As EC2 did until 2025: the token of a terminated instance returns that instance instead of an error. */
  replaysTerminated = false;
  /** The launch time of the next server. */
  nextLaunch: Date | undefined;
  /** No state ever becomes stable. */
  isSlow = false;
  readonly protectedIds = new Set<string>();

  constructor(readonly name: string) {}

  living(): FakeInstance[] {
    return this.instances.filter(({ isLiving }) => isLiving);
  }

  handle(action: string, query: Query): Answer {
    const act = this.#acts[action];
    if (!act)
      throw new Refusal(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
    return act(query);
  }

  readonly #acts: Record<string, (query: Query) => Answer> = {
    RunInstances: (query) => ({ reservationId: 'r-1', instancesSet: [this.#run(query).answer] }),
    DescribeInstances: (query) => this.#describe(query),
    TerminateInstances: (query) => {
      const found = textsIn(query, 'InstanceId').map((id) => this.#instance(id));
      for (const { id } of found.filter((one) => this.protectedIds.has(one.id))) {
        throw new Refusal(400, 'OperationNotPermitted', `The instance '${id}' may not be terminated.`);
      }
      found.filter(({ isLiving }) => isLiving).forEach((one) => one.turn('shutting-down'));
      return { instancesSet: found.map(({ id }) => ({ instanceId: id })) };
    },
    StopInstances: (query) => {
      const found = textsIn(query, 'InstanceId').map((id) => this.#in(id, 'running', 'stopping', 'stopped'));
      found.filter(({ state }) => state === 'running').forEach((one) => one.turn('stopping'));
      return {};
    },
    StartInstances: (query) => {
      const found = textsIn(query, 'InstanceId').map((id) => this.#in(id, 'stopped', 'pending', 'running'));
      for (const one of found.filter(({ state }) => state === 'stopped')) {
        one.turn('pending');
        one.dies = this.nextDies;
        this.nextDies = null;
      }
      return {};
    },
    ModifyInstanceAttribute: (query) => {
      const instance = this.#in(textIn(query, 'InstanceId') ?? '', 'stopped');
      instance.type = this.#type(textIn(query, 'InstanceType', 'Value') ?? '');
      return { return: true };
    },
    DescribeInstanceTypes: (query) => ({
      instanceTypeSet: textsIn(query, 'InstanceType').map((type) => ({
        instanceType: this.#type(type),
        vCpuInfo: { defaultVCpus: 2 },
        processorInfo: { supportedArchitectures: [TYPES[type]] },
      })),
    }),
    CreateTags: (query) => {
      for (const id of textsIn(query, 'ResourceId')) tag(this.#instance(id).tags, tagsIn(query));
      return { return: true };
    },
    DeleteTags: (query) => {
      for (const id of textsIn(query, 'ResourceId')) {
        for (const { key } of tagsIn(query)) this.#instance(id).tags.delete(key);
      }
      return { return: true };
    },
    DescribeVolumes: (query) => ({
      volumeSet: textsIn(query, 'VolumeId').map((id) => {
        const { volume } = this.#attachedTo(id);
        return { volumeId: id, size: volume.size, status: 'in-use' };
      }),
    }),
    ModifyVolume: (query) => {
      const { volume } = this.#attachedTo(textIn(query, 'VolumeId') ?? '');
      if (volume.modification) {
        throw new Refusal(
          400,
          'VolumeModificationRateExceeded',
          'You’ve reached the maximum modification rate.',
        );
      }
      volume.modification = { target: Number(textIn(query, 'Size')), looks: 0 };
      return {};
    },
    DescribeVolumesModifications: (query) => {
      const [id = ''] = textsIn(query, 'VolumeId');
      const { volume } = this.#attachedTo(id);
      const { modification } = volume;
      if (!modification) {
        throw new Refusal(
          400,
          'InvalidVolumeModification.NotFound',
          `Modification for volume '${id}' does not exist.`,
        );
      }
      const done = ++modification.looks > 1;
      if (done) volume.size = modification.target;
      const modificationState = done ? 'optimizing' : 'modifying';
      return {
        volumeModificationSet: [{ volumeId: id, modificationState, targetSize: modification.target }],
      };
    },
    DescribeImages: (query) => ({ imagesSet: this.#describeImages(query) }),
    ImportKeyPair: (query) => {
      const name = textIn(query, 'KeyName') ?? '';
      if (this.keyPairs.has(name)) {
        throw new Refusal(400, 'InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
      }
      const key = Buffer.from(textIn(query, 'PublicKeyMaterial') ?? '', 'base64').toString();
      if (!/^ssh-(ed25519|rsa) /.test(key)) {
        throw new Refusal(400, 'InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
      }
      this.keyPairs.set(name, key);
      return { keyName: name, keyPairId: 'key-1' };
    },
  };

  quota(code: string): number {
    const value = this.quotas.get(code);
    if (value !== undefined) return value;
    throw new Refusal(400, 'NoSuchResourceException', 'The quota does not exist.');
  }

  parameter(name: string): string {
    const value = this.parameters.get(name);
    if (value !== undefined) return value;
    throw new Refusal(400, 'ParameterNotFound', '');
  }

  #run(query: Query): FakeInstance {
    const token = textIn(query, 'ClientToken') ?? '';
    if (!/^[\x21-\x7e]{1,64}$/.test(token)) throw new Refusal(400, 'InvalidParameterValue', 'ClientToken');
    const text = JSON.stringify(query);
    const ordered = this.#orders.get(token);
    if (ordered) return this.#replay(ordered, text);
    const imageId = textIn(query, 'ImageId') ?? '';
    const image = this.images.find(({ id }) => id === imageId);
    if (!image) throw new Refusal(400, 'InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
    const type = this.#type(textIn(query, 'InstanceType') ?? '');
    const keyName = textIn(query, 'KeyName');
    if (keyName !== undefined && !this.keyPairs.has(keyName)) {
      throw new Refusal(400, 'InvalidKeyPair.NotFound', `The key pair '${keyName}' does not exist`);
    }
    const [device] = listIn(query, 'BlockDeviceMapping');
    const tags = new Map<string, string>();
    for (const specification of listIn(query, 'TagSpecification')) {
      if (textIn(specification, 'ResourceType') === 'instance') tag(tags, tagsIn(specification));
    }
    const order = {
      imageId,
      type,
      clientToken: token,
      keyName,
      tags,
      architecture: image.architecture,
      rootDevice: textIn(device, 'DeviceName') ?? '',
      zone: textIn(query, 'Placement', 'AvailabilityZone') ?? `${this.name}b`,
      gigabytes: Number(textIn(device, 'Ebs', 'VolumeSize') ?? image.gigabytes),
    };
    const instance = new FakeInstance(order, this.nextLaunch);
    this.nextLaunch = undefined;
    instance.hiddenFor = this.hideFor;
    instance.dies = this.nextDies;
    this.hideFor = 0;
    this.nextDies = null;
    this.#orders.set(token, { text, instance });
    this.instances.push(instance);
    return instance;
  }

  #replay({ text, instance }: { text: string; instance: FakeInstance }, now: string): FakeInstance {
    if (text !== now) {
      throw new Refusal(
        400,
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    if (instance.state === 'terminated' && !this.replaysTerminated) {
      throw new Refusal(
        400,
        'IdempotentInstanceTerminated',
        'The client token you have provided is associated with a terminated instance.',
      );
    }
    return instance;
  }

  #describe(query: Query): Answer {
    const ids = textsIn(query, 'InstanceId');
    const filters = filtersIn(query);
    const found = ids.length > 0 ? ids.map((id) => this.#instance(id)) : this.instances;
    const shown = found.filter((one) => one.look() && filters.every((filter) => fits(one, filter)));
    if (ids.length > shown.length) throw unknown(ids);
    // Two pages, if there are enough items for two.
    const half = ids.length > 0 ? shown.length : Math.ceil(shown.length / 2);
    const isSecond = textIn(query, 'NextToken') !== undefined;
    const page = isSecond ? shown.slice(half) : shown.slice(0, half);
    const more = !isSecond && half < shown.length;
    const answer = {
      reservationSet: page.map((one) => ({ reservationId: 'r-1', instancesSet: [one.answer] })),
      ...(more ? { nextToken: 'the-second-page' } : {}),
    };
    if (!this.isSlow) page.forEach((one) => one.afterLook());
    return answer;
  }

  #describeImages(query: Query): Answer[] {
    const ids = textsIn(query, 'ImageId');
    const owners = textsIn(query, 'Owner');
    const filters = new Map(filtersIn(query).map(({ name, values }) => [name, values]));
    const names = filters.get('name')?.map(pattern);
    const found = this.images.filter(
      ({ id, name, owner, architecture }) =>
        (ids.length === 0 || ids.includes(id)) &&
        (owners.length === 0 || owners.includes(owner)) &&
        (names?.some((one) => one.test(name)) ?? true) &&
        (filters.get('architecture')?.includes(architecture) ?? true),
    );
    if (found.length < ids.length) {
      throw new Refusal(400, 'InvalidAMIID.NotFound', `The image id '[${ids.join()}]' does not exist`);
    }
    return found.map(({ id, name, architecture, gigabytes, created }) => ({
      imageId: id,
      name,
      architecture,
      imageState: 'available',
      creationDate: created,
      rootDeviceName: '/dev/xvda',
      blockDeviceMapping: [{ deviceName: '/dev/xvda', ebs: { volumeSize: gigabytes } }],
    }));
  }

  #type(type: string): string {
    if (type in TYPES) return type;
    throw new Refusal(
      400,
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${type}]`,
    );
  }

  #instance(id: string): FakeInstance {
    const found = this.instances.find((one) => one.id === id);
    if (!found) throw unknown([id]);
    return found;
  }

  #in(id: string, ...states: string[]): FakeInstance {
    const found = this.#instance(id);
    if (states.includes(found.state)) return found;
    throw new Refusal(400, 'IncorrectInstanceState', `The instance '${id}' is not in a state for this.`);
  }

  #attachedTo(volume: string): FakeInstance {
    const found = this.instances.find((one) => one.volume.id === volume);
    if (found) return found;
    throw new Refusal(400, 'InvalidVolume.NotFound', `The volume '${volume}' does not exist.`);
  }
}

interface Filter {
  name: string;
  values: string[];
}

function filtersIn(query: Query): Filter[] {
  return listIn(query, 'Filter').map((filter) => ({
    name: textIn(filter, 'Name') ?? '',
    values: textsIn(filter, 'Value'),
  }));
}

function fits({ tags, state, order }: FakeInstance, { name, values }: Filter): boolean {
  const is = name.startsWith('tag:')
    ? tags.get(name.slice('tag:'.length))
    : { 'instance-state-name': state, 'client-token': order.clientToken }[name];
  return is !== undefined && values.some((value) => pattern(value).test(is));
}

/** * and ? are wildcards, unless a backslash precedes them. */
function pattern(text: string): RegExp {
  const parts = text.replace(/\\?[*?]|[^\w]/g, (part) =>
    part === '*' ? '.*' : part === '?' ? '.' : part.startsWith('\\') ? part : `\\${part}`,
  );
  return new RegExp(`^${parts}$`, 's');
}

function tagsIn(node: Node): { key: string; value: string }[] {
  return listIn(node, 'Tag').map((one) => ({
    key: textIn(one, 'Key') ?? '',
    value: textIn(one, 'Value') ?? '',
  }));
}

function tag(tags: Map<string, string>, added: readonly { key: string; value: string }[]): void {
  for (const { key, value } of added) {
    if (/^aws:/i.test(key)) {
      throw new Refusal(
        400,
        'InvalidParameterValue',
        'Tag keys starting with aws: are reserved for system use',
      );
    }
    if ([...key].length > 128 || [...value].length > 256) {
      throw new Refusal(400, 'InvalidParameterValue', 'Tag is too long');
    }
  }
  if (new Set([...tags.keys(), ...added.map(({ key }) => key)]).size > 50) {
    throw new Refusal(400, 'TagLimitExceeded', 'More than 50 tags');
  }
  for (const { key, value } of added) tags.set(key, value);
}

function unknown(ids: readonly string[]): Refusal {
  return new Refusal(400, 'InvalidInstanceID.NotFound', `The instance ID '${ids.join()}' does not exist`);
}
