import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import type { ServerOrder } from './api.js';
import type { Catalogue } from './catalogue.js';
import { checkLabels, keyValue, labelsOf } from './labels.js';

// For plans without a disk.
const LEAST_DISK_GB = 10;

/**
 * Composes the order of a server. @param publicKey the key that may log in
 * @throws DriverError if it cannot be ordered
 */
export async function orderFor(
  desired: DesiredServer,
  context: ActContext,
  catalogue: Catalogue,
  publicKey: string | null,
): Promise<ServerOrder> {
  checkLabels(desired);
  const { infra, name, labels, image, storage_gb } = desired;
  const zone = await catalogue.zone(desired.zone, name);
  const plan = await catalogue.plan(desired.plan, name);
  const template = await catalogue.template(image, name);
  const size = storage_gb ?? (plan.storage_size || Math.max(LEAST_DISK_GB, template.size));
  if (size < template.size) {
    throw new DriverError(
      `Server ${name} cannot have a disk of ${size} GB: ${template.title} needs ${template.size} GB. ` +
        'Nothing was changed.',
      { permanent: true },
    );
  }
  const remembered = {
    infra,
    name,
    key: keyValue(context.idempotencyKey),
    plan: desired.plan,
    image,
    storage_gb,
    labels,
    restores: context.restores ?? [],
    changedAt: null,
    changing: null,
  };
  return {
    title: `${name} (${infra})`,
    hostname: name,
    zone,
    plan: plan.name,
    labels: { label: labelsOf(remembered) },
    // UpCloud refuses templates with cloud-init without it.
    metadata: 'yes',
    ...(publicKey === null ? {} : { login_user: loginOf(publicKey) }),
    password_delivery: 'none',
    remote_access_enabled: 'no',
    networking: { interfaces: { interface: [withIpv4('public'), withIpv4('utility')] } },
    storage_devices: {
      storage_device: [
        {
          action: 'clone',
          storage: template.uuid,
          title: `${name}-disk1`,
          size,
          ...(plan.storage_tier ? { tier: plan.storage_tier } : {}),
        },
      ],
    },
  };
}

type Interface = ServerOrder['networking']['interfaces']['interface'][number];

function withIpv4(type: Interface['type']): Interface {
  return { type, ip_addresses: { ip_address: [{ family: 'IPv4' }] } };
}

function loginOf(publicKey: string): NonNullable<ServerOrder['login_user']> {
  return { username: 'root', create_password: 'no', ssh_keys: { ssh_key: [publicKey] } };
}
