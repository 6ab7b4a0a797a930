import { Type, type Static } from 'typebox';
import { compileSchema } from '../../settings/compile-schema.js';
import { SettingsSchema } from '../../settings/schema.js';

// Hosts are described with the fields that servers are requested with.
const asked = SettingsSchema.properties.servers.items.properties;
const closed = { additionalProperties: false } as const;

const Host = Type.Object(
  {
    address: Type.String({
      pattern: '^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}$',
      hint: 'Write the address or the name of the host, without a user and a port, e.g. address = "10.0.0.11".',
    }),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, hint: 'Write the port of its SSH server, e.g. 22.' }),
    ),
    user: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9._-]{0,63}$',
        hint: 'Write the user that logs in there, for example "root".',
      }),
    ),
    host_keys: Type.Optional(
      Type.Array(Type.String({ hint: 'Write the key as ssh-keyscan prints it, without the host.' }), {
        minItems: 1,
        hint: 'Write a list of its host keys, e.g. ["ssh-ed25519 AAAA…"].',
      }),
    ),
    name: Type.Optional(asked.name),
    infra: Type.Optional(Type.String({ hint: 'Write the name of the only infra that may have this host.' })),
    plan: Type.Optional(asked.plan),
    zone: Type.Optional(asked.zone),
    image: asked.image,
    storage_gb: asked.storage_gb,
    labels: asked.labels,
  },
  { ...closed, hint: 'A host must be a table with at least an address.' },
);

const HostsSchema = Type.Object(
  { hosts: Type.Array(Host, { maxItems: 1000, hint: 'Write a table [[hosts]] for each host.' }) },
  { ...closed, hint: 'The file must have a table [[hosts]] for each host.' },
);

/** A host as the file has it. */
export type WrittenHost = Static<typeof Host>;
/** Checks the shape of a hosts file. */
export const hostsFileCheck = compileSchema(HostsSchema);
