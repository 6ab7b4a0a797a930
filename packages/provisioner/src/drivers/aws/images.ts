import type { Image } from '@aws-sdk/client-ec2';
import { DriverError } from '../driver.js';
import { architectureOf } from './instance-types.js';
import type { About, Region } from './region.js';

/** The image that a server is made from. */
export interface ChosenImage {
  id: string;
  rootDevice: string;
  /** The minimum size of its root volume. */
  gigabytes: number;
  loginUser: string;
}

// Any account can publish images with these names: only those of Debian, Ubuntu, Amazon and the own account are used.
const OWNERS = ['self', 'amazon', '136693071363', '099720109477'];

/** The login user of an image, by words in the image's name. */
const LOGIN_USERS: readonly (readonly [pattern: RegExp, user: string])[] = [
  [/ubuntu/i, 'ubuntu'],
  [/^(al20|amzn)|rhel|suse/i, 'ec2-user'],
  [/fedora/i, 'fedora'],
  [/rocky/i, 'rocky'],
];

/** Finds the image that the settings name. */
export class Images {
  constructor(
    private readonly defaultImage: string | null,
    private readonly loginUser: string | null,
  ) {}

  /** @throws DriverError if it does not exist */
  async choose(
    image: string | null,
    instanceType: string,
    region: Region,
    about: About,
  ): Promise<ChosenImage> {
    const wanted = image ?? this.defaultImage ?? 'debian-12';
    const found = await this.#find(wanted, architectureOf(instanceType), region, about);
    const { ImageId: id, RootDeviceName: rootDevice, BlockDeviceMappings = [], Name = '' } = found ?? {};
    if (id === undefined || rootDevice === undefined) throw unknown(wanted, instanceType, region, about);
    const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === rootDevice);
    const [, user = 'admin'] = LOGIN_USERS.find(([pattern]) => pattern.test(Name)) ?? [];
    return { id, rootDevice, gigabytes: root?.Ebs?.VolumeSize ?? 1, loginUser: this.loginUser ?? user };
  }

  async #find(
    wanted: string,
    architecture: 'arm64' | 'x86_64',
    region: Region,
    about: About,
  ): Promise<Image | undefined> {
    const path = parameterOf(wanted, architecture);
    const id = path === null ? wanted : await region.parameter(path, about);
    if (id === null) return undefined;
    if (/^ami-[0-9a-f]+$/.test(id)) return (await region.images({ id }, about))[0];
    const filters = [
      { Name: 'name', Values: /[*?]/.test(id) ? [id] : [id, `${id}-*`] },
      { Name: 'state', Values: ['available'] },
      { Name: 'architecture', Values: [architecture] },
      { Name: 'root-device-type', Values: ['ebs'] },
    ];
    const images = await region.images({ owners: OWNERS, filters }, about);
    return images.toSorted(newestFirst)[0];
  }
}

/** The name of the parameter in Parameter Store that has the id; null if there is none. */
function parameterOf(wanted: string, architecture: 'arm64' | 'x86_64'): string | null {
  if (wanted.startsWith('ssm:')) return wanted.slice('ssm:'.length);
  const [, release] = /^debian-(\d+)$/.exec(wanted) ?? [];
  if (release === undefined) return null;
  return `/aws/service/debian/release/${release}/latest/${architecture === 'arm64' ? 'arm64' : 'amd64'}`;
}

function newestFirst({ CreationDate: one = '' }: Image, { CreationDate: other = '' }: Image): number {
  if (one === other) return 0;
  return one < other ? 1 : -1;
}

function unknown(wanted: string, type: string, { name: region }: Region, { name }: About): DriverError {
  return new DriverError(
    `AWS has no image ${JSON.stringify(wanted)} for server ${name} (${type}) in ${region}. Use an id ` +
      '(ami-…), a name or its beginning, or a parameter, like ' +
      'ssm:/aws/service/debian/release/12/latest/amd64. Nothing was changed.',
    { permanent: true },
  );
}
