import { randomUUID } from 'node:crypto';

/** A refusal in the form of UpCloud. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Label {
  key: string;
  value: string;
}

/** The fields of orders and changes that matter here. */
interface Body {
  server?: Record<string, unknown> & {
    labels?: { label: Label[] };
    storage_devices?: { storage_device: { action: string; storage: string; title: string; size: number }[] };
  };
  stop_server?: { stop_type?: string };
  storage?: { size?: string };
}

export interface FakeServer {
  uuid: string;
  title: string;
  hostname: string;
  zone: string;
  plan: string;
  created: number;
  state: 'started' | 'stopped' | 'maintenance' | 'error';
  labels: Label[];
  disk: { storage: string; storage_size: number; title: string };
  /** Its next state, after this many reads. */
  next: { looks: number; state: FakeServer['state'] } | null;
  /** How many lists will not show it. */
  hidden: number;
  order: Record<string, unknown>;
}

const PLANS = [
  { name: 'DEV-1xCPU-1GB', core_number: 1, memory_amount: 1024, storage_size: 20, storage_tier: 'standard' },
  { name: '1xCPU-1GB', core_number: 1, memory_amount: 1024, storage_size: 25, storage_tier: 'maxiops' },
  { name: '1xCPU-2GB', core_number: 1, memory_amount: 2048, storage_size: 50, storage_tier: 'maxiops' },
  { name: '2xCPU-4GB', core_number: 2, memory_amount: 4096, storage_size: 80, storage_tier: 'maxiops' },
  {
    name: 'CLOUDNATIVE-4xCPU-8GB',
    core_number: 4,
    memory_amount: 8192,
    storage_size: 0,
    storage_tier: 'maxiops',
  },
];
const ZONES = ['de-fra1', 'fi-hel1', 'us-nyc1'];
const TEMPLATES = [
  ['01000000-0000-4000-8000-000020060100', 'Debian GNU/Linux 11 (Bullseye)', 'native'],
  ['01000000-0000-4000-8000-000020070100', 'Debian GNU/Linux 12 (Bookworm)', 'cloud-init'],
  ['01000000-0000-4000-8000-000030220200', 'Ubuntu Server 22.04 LTS (Jammy Jellyfish)', 'cloud-init'],
  ['01000000-0000-4000-8000-000030240200', 'Ubuntu Server 24.04 LTS (Noble Numbat)', 'cloud-init'],
].map(([uuid, title, template_type]) => ({ uuid, title, template_type, size: 3, type: 'template' }));
const ATTRIBUTES = new Set([
  ...['title', 'hostname', 'zone', 'plan', 'metadata', 'labels', 'login_user', 'password_delivery'],
  ...['remote_access_enabled', 'networking', 'storage_devices', 'user_data', 'firewall'],
]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The servers of one account, with UpCloud's behaviour. They change state when they are read. */
export class FakeAccount {
  readonly servers: FakeServer[] = [];
  /** Ids of the existing disks, which cost money. */
  readonly disks = new Set<string>();
  /** How many reads it takes to start or stop. */
  looks = 3;
  /** For later servers: their final state, and how many lists do not show them. */
  ending: FakeServer['state'] = 'started';
  hideFor = 0;
  /** The limits of all its servers together. */
  limits = { cores: 200, memory: 1_048_576 };
  /** Lists still show it, although it is gone. */
  ghost: FakeServer | null = null;

  handle(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): [status: number, body?: unknown] {
    const [, kind, id = '', act] = /^\/(server|storage)\/([^/]+)(\/\w+)?$/.exec(path) ?? [];
    const sent = (body ?? {}) as Body;
    switch (id && id !== 'template' ? `${method} /${kind}/:id${act ?? ''}` : `${method} ${path}`) {
      case 'GET /account':
        return [200, { account: { credits: 10_000, username: 'test', resource_limits: this.limits } }];
      case 'GET /plan':
        return [200, { plans: { plan: PLANS } }];
      case 'GET /zone':
        return [200, { zones: { zone: ZONES.map((zone) => ({ id: zone, public: 'yes' })) } }];
      case 'GET /storage/template':
        return [200, { storages: { storage: TEMPLATES } }];
      case 'GET /server':
        return [200, { servers: { server: this.#listed(query.getAll('label')) } }];
      case 'POST /server':
        return [202, this.#create(sent.server ?? {})];
      case 'GET /server/:id':
        return [200, { server: details(look(this.#server(id))) }];
      case 'PUT /server/:id':
        return [202, this.#modify(this.#server(id), sent.server ?? {})];
      case 'DELETE /server/:id':
        return this.#delete(this.#server(id), query);
      case 'POST /server/:id/stop':
        return [200, this.#stop(this.#server(id), sent)];
      case 'POST /server/:id/start':
        return [200, this.#start(this.#server(id))];
      case 'PUT /storage/:id':
        return [202, this.#resize(id, Number(sent.storage?.size))];
      default:
        throw new Refusal(404, 'NOT_FOUND', 'The requested resource was not found.');
    }
  }

  /** Changes it as a user of the control panel would. */
  vanish(uuid: string): void {
    const at = this.servers.findIndex((server) => server.uuid === uuid);
    const [server] = this.servers.splice(at, 1);
    if (server) this.disks.delete(server.disk.storage);
  }

  #listed(filters: readonly string[]): unknown[] {
    const fits = ({ labels }: FakeServer) =>
      filters.every((filter) =>
        labels.some(({ key, value }) => filter === key || filter === `${key}=${value}`),
      );
    const shown = this.servers.filter((server) => fits(server) && server.hidden-- <= 0);
    return [...(this.ghost ? [this.ghost] : []), ...shown].map(summary);
  }

  #create(order: NonNullable<Body['server']>): unknown {
    for (const attribute of Object.keys(order)) {
      if (!ATTRIBUTES.has(attribute)) refuse('UNKNOWN_ATTRIBUTE', `There is no attribute ${attribute}.`);
    }
    const { title, hostname, zone, plan, metadata, storage_devices } = order;
    if (!ZONES.includes(String(zone))) {
      throw new Refusal(404, 'ZONE_NOT_FOUND', `The zone ${String(zone)} does not exist.`);
    }
    if (!PLANS.some(({ name }) => name === plan)) refuse('PLAN_INVALID', 'The plan has an invalid value.');
    if (metadata !== 'yes' && metadata !== 'no') {
      refuse('METADATA_INVALID', 'The attribute metadata has an invalid value.');
    }
    const device = storage_devices?.storage_device[0];
    const template = TEMPLATES.find(({ uuid }) => uuid === device?.storage);
    if (!template || !device) return refuse('STORAGE_INVALID', 'The storage UUID is invalid.');
    if (template.template_type === 'cloud-init' && metadata !== 'yes') {
      throw new Refusal(
        409,
        'METADATA_DISABLED_ON_CLOUD-INIT',
        'Metadata must be enabled for this template.',
      );
    }
    if (device.size < template.size) refuse('SIZE_INVALID', 'The attribute size has an invalid value.');
    const server: FakeServer = {
      uuid: randomUUID(),
      title: String(title),
      hostname: String(hostname),
      zone: String(zone),
      plan: String(plan),
      created: Math.floor(Date.now() / 1000),
      state: 'maintenance',
      labels: checked(order.labels),
      hidden: this.hideFor,
      order,
      disk: { storage: randomUUID(), storage_size: device.size, title: device.title },
      next: { looks: this.looks, state: this.ending },
    };
    this.hideFor = 0;
    this.servers.push(server);
    this.disks.add(server.disk.storage);
    return { server: { ...details(server), progress: '0', username: 'root', password: 'never-to-be-seen' } };
  }

  #modify(server: FakeServer, { plan, labels }: NonNullable<Body['server']>): unknown {
    if (plan !== undefined) {
      if (server.state !== 'stopped') illegal(server);
      if (!PLANS.some(({ name }) => name === plan)) refuse('PLAN_INVALID', 'The plan has an invalid value.');
      server.plan = String(plan);
    }
    if (labels) server.labels = checked(labels);
    return { server: details(server) };
  }

  #delete(server: FakeServer, query: URLSearchParams): [number] {
    if (server.state !== 'stopped' || server.next) illegal(server);
    this.servers.splice(this.servers.indexOf(server), 1);
    if (query.get('storages') === '1') this.disks.delete(server.disk.storage);
    return [204];
  }

  /** Answered at once: it is still started. */
  #stop(server: FakeServer, { stop_server }: Body): unknown {
    if (server.state !== 'started' || server.next) illegal(server);
    if (!['soft', 'hard'].includes(stop_server?.stop_type ?? ''))
      refuse('STOP_TYPE_INVALID', 'No such stop.');
    server.next = { looks: this.looks, state: 'stopped' };
    return { server: details(server) };
  }

  /** Answered when it runs. */
  #start(server: FakeServer): unknown {
    if (server.state !== 'stopped') illegal(server);
    server.state = 'started';
    return { server: details(server) };
  }

  #resize(storage: string, size: number): unknown {
    const server = this.servers.find(({ disk }) => disk.storage === storage);
    if (!server) throw new Refusal(404, 'STORAGE_NOT_FOUND', `The storage ${storage} does not exist.`);
    if (server.state !== 'stopped') {
      throw new Refusal(409, 'STORAGE_STATE_ILLEGAL', 'The operation is not allowed while it is in use.');
    }
    if (!(size >= server.disk.storage_size))
      refuse('SIZE_INVALID', 'The attribute size has an invalid value.');
    server.disk.storage_size = size;
    return { storage: { uuid: storage, size, state: 'online' } };
  }

  #server(uuid: string): FakeServer {
    if (!UUID.test(uuid)) return refuse('SERVER_INVALID', 'The server UUID is invalid.');
    const server = this.servers.find((one) => one.uuid === uuid);
    if (server) return server;
    throw new Refusal(404, 'SERVER_NOT_FOUND', `The server ${uuid} does not exist.`);
  }
}

function look(server: FakeServer): FakeServer {
  if (server.next && --server.next.looks <= 0) {
    server.state = server.next.state;
    server.next = null;
  }
  return server;
}

function summary({ uuid, title, hostname, zone, plan, created, state, labels }: FakeServer) {
  // The list has these as text.
  const { core_number = 0, memory_amount = 0 } = PLANS.find(({ name }) => name === plan) ?? {};
  const has = { core_number: String(core_number), memory_amount: String(memory_amount) };
  return { uuid, title, hostname, zone, plan, created, state, ...has, labels: { label: labels }, license: 0 };
}

function details(server: FakeServer) {
  const { storage, storage_size, title } = server.disk;
  const ip_address = [
    { access: 'utility', family: 'IPv4', address: '10.6.0.7' },
    { access: 'public', family: 'IPv4', address: '203.0.113.7' },
  ];
  const device = { address: 'virtio:0', boot_disk: '0', storage, storage_size, storage_title: title };
  return {
    ...summary(server),
    ip_addresses: { ip_address },
    storage_devices: { storage_device: [{ ...device, type: 'disk' }] },
  };
}

function checked(labels: { label: Label[] } | undefined): Label[] {
  const list = labels?.label ?? [];
  for (const { key, value } of list) {
    if (!/^(?!_)[\x20-\x7e]{2,32}$/.test(key))
      refuse('INVALID_LABEL_KEY', `The label key '${key}' is invalid.`);
    if (value.length > 255) refuse('INVALID_LABEL_VALUE', `The label value of '${key}' is invalid.`);
  }
  return list;
}

function refuse(code: string, message: string): never {
  throw new Refusal(400, code, message);
}

function illegal({ uuid, state }: FakeServer): never {
  throw new Refusal(
    409,
    'SERVER_STATE_ILLEGAL',
    `The operation is not allowed while the server ${uuid} is in state '${state}'.`,
  );
}
