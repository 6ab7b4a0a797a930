import { codeOf } from '@provisioning/errors';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeUtf8 } from '@provisioning/input';
import { parseTomlFile, type Complaint } from '../../definitions/index.js';
import { shown, type SshTarget } from '../../ssh/index.js';
import { DriverError } from '../driver.js';
import { hostsFileCheck, type WrittenHost } from './hosts-schema.js';

/** An existing machine that can be claimed. */
export interface Host {
  /** Its unique name in messages. */
  shown: string;
  target: SshTarget;
  /** Reserved for the server of that name. */
  name: string | null;
  /** Reserved for that infra. */
  infra: string | null;
  /** Its properties; null if the file does not state them. */
  plan: string | null;
  zone: string | null;
  image: string | null;
  storage_gb: number | null;
  /** Reserved for servers that have all of these labels. */
  labels: Record<string, string>;
}

/** The hosts of the file in its current state. @throws DriverError that lists every fault */
export async function readHosts(path: string): Promise<Host[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    throw new DriverError(
      `The hosts file in PROVISIONING_SSH_HOSTS cannot be read (${code}). Use a file that this user can read.`,
      { permanent: true, cause: error },
    );
  }
  const text = decodeUtf8(bytes);
  if (text !== undefined) return parseHosts(text, basename(path));
  throw new DriverError(`${basename(path)} is not UTF-8 text. Save it as UTF-8.`, { permanent: true });
}

/** @param file the name of the file in messages @throws DriverError that lists every fault */
export function parseHosts(text: string, file: string): Host[] {
  const { hosts } = parseTomlFile(text, file, hostsFileCheck, (written) => doubles(written.hosts));
  return hosts.map(hostFrom);
}

function hostFrom(written: WrittenHost): Host {
  const { address, port, user, host_keys, labels = {} } = written;
  const target = {
    host: address,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(host_keys === undefined ? {} : { hostKeys: host_keys }),
  };
  const { name = null, infra = null, plan = null, zone = null, image = null, storage_gb = null } = written;
  return { shown: shown(target), target, name, infra, plan, zone, image, storage_gb, labels };
}

// A machine that is listed twice would be claimed for one server and read in two places.
function doubles(hosts: readonly WrittenHost[]): Complaint[] {
  const addresses = hosts.map(({ address, port = 22 }) => shown({ host: address, port }));
  const names = hosts.map(({ name, infra = '' }) => (name === undefined ? undefined : `${infra}/${name}`));
  return hosts.flatMap((_, index) => [
    ...(addresses.indexOf(addresses[index]!) < index
      ? [
          {
            path: ['hosts', index, 'address'],
            message: 'must be unique, but is listed twice. Remove one of them.',
          },
        ]
      : []),
    ...(names[index] !== undefined && names.indexOf(names[index]) < index
      ? [
          {
            path: ['hosts', index, 'name'],
            message: 'must be unique, but is the name of two hosts. Omit it for hosts of a pool.',
          },
        ]
      : []),
  ]);
}
