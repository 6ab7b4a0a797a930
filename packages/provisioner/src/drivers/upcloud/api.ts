import { Type, type Static } from 'typebox';
import type { UpcloudClient } from './client.js';
import type { Pace } from './pace.js';
import { isRefusal } from './upcloud-error.js';

// Only the members that are read: UpCloud may send more.
/** A number, which some answers have as text. */
const Amount = Type.Optional(Type.Union([Type.Number(), Type.String()]));
const Size = {
  core_number: Amount,
  /** In MB. */
  memory_amount: Amount,
};
const Labels = Type.Object({
  label: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
});
const ListedServer = Type.Object({
  uuid: Type.String(),
  /** started, stopped, maintenance, error */
  state: Type.String(),
  plan: Type.String(),
  zone: Type.String(),
  /** Seconds since 1970. */
  created: Type.Optional(Type.Number()),
  labels: Labels,
});
const ServerDetails = Type.Intersect([
  ListedServer,
  Type.Object({
    ip_addresses: Type.Object({
      ip_address: Type.Array(
        Type.Object({ access: Type.String(), family: Type.String(), address: Type.String() }),
      ),
    }),
    storage_devices: Type.Object({
      storage_device: Type.Array(
        Type.Object({ storage: Type.String(), storage_size: Type.Number(), type: Type.String() }),
      ),
    }),
  }),
]);
const Plan = Type.Object({
  name: Type.String(),
  ...Size,
  storage_size: Type.Optional(Type.Number()),
  storage_tier: Type.Optional(Type.String()),
});
const Zone = Type.Object({ id: Type.String() });
const Template = Type.Object({
  uuid: Type.String(),
  title: Type.String(),
  size: Type.Number(),
  template_type: Type.Optional(Type.String()),
});

const OneServer = Type.Object({ server: ServerDetails });
const ServerId = Type.Object({ server: Type.Object({ uuid: Type.String() }) });
const Servers = Type.Object({ servers: Type.Object({ server: Type.Array(ListedServer) }) });
const Plans = Type.Object({ plans: Type.Object({ plan: Type.Array(Plan) }) });
const Account = Type.Object({
  account: Type.Object({
    resource_limits: Type.Object({
      cores: Type.Optional(Type.Number()),
      memory: Type.Optional(Type.Number()),
    }),
  }),
});
const Usage = Type.Object({
  servers: Type.Object({ server: Type.Array(Type.Object({ state: Type.String(), ...Size })) }),
});
const Zones = Type.Object({ zones: Type.Object({ zone: Type.Array(Zone) }) });
const Templates = Type.Object({ storages: Type.Object({ storage: Type.Array(Template) }) });
const Anything = Type.Unknown();

// Any other 404 does not come from UpCloud's API and says nothing about servers.
const NO_SUCH_SERVER = 'SERVER_NOT_FOUND';

/** A label of a server. */
export type Label = Static<typeof Labels>['label'][number];
/** A server as lists have it: without its addresses and disks. */
export type ListedServer = Static<typeof ListedServer>;
/** A server with all its details. */
export type ServerDetails = Static<typeof ServerDetails>;
/** A plan: cores, memory in MB and disk in GB. */
export type Plan = Static<typeof Plan>;
/** A zone: a data centre. */
export type Zone = Static<typeof Zone>;
/** A template, from which disks are cloned. */
export type Template = Static<typeof Template>;

/** The order of a server (`POST /server`). */
export interface ServerOrder {
  title: string;
  hostname: string;
  zone: string;
  plan: string;
  metadata: 'yes';
  labels: { label: Label[] };
  login_user?: { username: 'root'; create_password: 'no'; ssh_keys: { ssh_key: string[] } };
  password_delivery: 'none';
  remote_access_enabled: 'no';
  networking: {
    interfaces: {
      interface: { type: 'public' | 'utility'; ip_addresses: { ip_address: { family: 'IPv4' }[] } }[];
    };
  };
  storage_devices: {
    storage_device: { action: 'clone'; storage: string; title: string; size: number; tier?: string }[];
  };
}

/** The server's name in messages, and the signal that ends waiting. */
export interface About {
  name: string;
  signal?: AbortSignal | undefined;
}

/** The driver's requests to UpCloud's REST API 1.3. @throws UpcloudError, all of them */
export class UpcloudApi {
  constructor(
    private readonly client: UpcloudClient,
    private readonly pace: Pace,
  ) {}

  /** The servers that have all those labels. */
  async servers(labels: readonly Label[], signal?: AbortSignal): Promise<ListedServer[]> {
    const query = labels.map(({ key, value }) => `label=${encodeURIComponent(`${key}=${value}`)}`).join('&');
    const { servers } = await this.#get(`/server?${query}`, Servers, 'list servers', signal);
    return servers.server;
  }

  /** Null if it does not exist. */
  async server(uuid: string, { name, signal }: About): Promise<ServerDetails | null> {
    try {
      const { server } = await this.#get(`/server/${uuid}`, OneServer, `read server ${name}`, signal);
      return server;
    } catch (error) {
      if (isRefusal(error, NO_SUCH_SERVER)) return null;
      throw error;
    }
  }

  /** Not repeated if UpCloud may have acted on it: the caller then searches by labels. @returns the server's id */
  async createServer(order: ServerOrder, { name, signal }: About): Promise<string> {
    const { server } = await this.client.request({
      method: 'POST',
      path: '/server',
      body: { server: order },
      answer: ServerId,
      signal,
      act: `create server ${name}`,
      repeatable: false,
    });
    return server.uuid;
  }

  async modifyServer(
    uuid: string,
    changes: { plan?: string; labels?: { label: Label[] } },
    { name }: About,
  ): Promise<void> {
    await this.client.request({
      method: 'PUT',
      path: `/server/${uuid}`,
      body: { server: changes },
      answer: Anything,
      act: `change server ${name}`,
      repeatable: true,
    });
  }

  /** @param seconds after which a soft stop becomes a hard one */
  async stopServer(uuid: string, type: 'soft' | 'hard', seconds: number, { name }: About): Promise<void> {
    await this.client.request({
      method: 'POST',
      path: `/server/${uuid}/stop`,
      answer: Anything,
      body: { stop_server: { stop_type: type, timeout: String(seconds) } },
      act: `stop server ${name}`,
      repeatable: true,
    });
  }

  /** Returns when the server runs. */
  async startServer(uuid: string, { name }: About): Promise<void> {
    await this.client.request({
      method: 'POST',
      path: `/server/${uuid}/start`,
      body: { server: {} },
      answer: Anything,
      act: `start server ${name}`,
      repeatable: true,
      answerMs: this.pace.startAnswerMs,
    });
  }

  /** Deletes the server with its disks; backups of them stay. */
  async deleteServer(uuid: string, { name }: About): Promise<void> {
    try {
      await this.client.request({
        method: 'DELETE',
        path: `/server/${uuid}?storages=1&backups=keep`,
        answer: Anything,
        act: `delete server ${name}`,
        repeatable: true,
      });
    } catch (error) {
      if (!isRefusal(error, NO_SUCH_SERVER)) throw error;
    }
  }

  async growStorage(uuid: string, size: number, { name }: About): Promise<void> {
    await this.client.request({
      method: 'PUT',
      path: `/storage/${uuid}`,
      body: { storage: { size: String(size) } },
      answer: Anything,
      act: `grow the disk of server ${name}`,
      repeatable: true,
    });
  }

  async plans(): Promise<Plan[]> {
    return (await this.#get('/plan', Plans, 'list plans')).plans.plan;
  }

  /** The account's limits for all servers together, memory in MB. */
  async limits(signal?: AbortSignal): Promise<{ cores?: number; memory?: number }> {
    return (await this.#get('/account', Account, 'read the account', signal)).account.resource_limits;
  }

  /** What the servers of the account use. */
  async usage(signal?: AbortSignal): Promise<Static<typeof Usage>['servers']['server']> {
    return (await this.#get('/server', Usage, 'list servers', signal)).servers.server;
  }

  async zones(): Promise<Zone[]> {
    return (await this.#get('/zone', Zones, 'list zones')).zones.zone;
  }

  async templates(): Promise<Template[]> {
    return (await this.#get('/storage/template', Templates, 'list templates')).storages.storage;
  }

  #get<S extends Parameters<UpcloudClient['request']>[0]['answer']>(
    path: string,
    answer: S,
    act: string,
    signal?: AbortSignal,
  ): Promise<Static<S>> {
    return this.client.request({ method: 'GET', path, answer, act, signal, repeatable: true });
  }
}
