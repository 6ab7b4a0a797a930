import { Type, type Static } from 'typebox';
import { PROVIDERS } from '../drivers/providers.js';

// `hint` is a keyword of this program: the sentence that follows the fault and says what is allowed.
const name = (what: string, example: string) =>
  Type.String({
    pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    hint: `Write the ${what}'s name in quotes: 1 to 63 lower-case letters, digits and dashes that start and end with a letter or digit, e.g. "${example}".`,
  });

const provider = Type.Enum([...PROVIDERS], {
  description: 'Provider of the server; default: the provider of the file.',
  hint: `Use one of ${PROVIDERS.join(', ')}.`,
});

const version = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$',
  hint: 'Write the version in quotes, e.g. "1.31.0".',
});

const serverNames = Type.Array(name('server', 'web-01'), {
  maxItems: 1000,
  hint: 'Write a list of names of servers, e.g. ["web-01"].',
});

const Server = Type.Object(
  {
    name: name('server', 'web-01'),
    plan: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}$',
      description: 'Plan of the provider: the size of the server.',
      hint: 'Write the plan\'s name in quotes, e.g. "1xCPU-2 GB".',
    }),
    zone: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      description: 'Zone of the provider.',
      hint: 'Write the zone\'s name in quotes, e.g. "de-fra1".',
    }),
    provider: Type.Optional(provider),
    image: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9 ._:/()+-]{0,127}$',
        description: 'The operating system to install.',
        hint: 'Write the image\'s name in quotes, e.g. "debian-13".',
      }),
    ),
    labels: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$' }),
        Type.String({
          pattern: '^[^\\p{Cc}]{0,128}$',
          hint: 'A label must be a single line of up to 128 characters, in quotes.',
        }),
        {
          maxProperties: 32,
          additionalProperties: false,
          hint: 'Labels must be a record of strings, e.g. role = "web"; names contain only letters, digits and . _ / - (63 characters at most).',
        },
      ),
    ),
    storage_gb: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65536,
        description: 'Size of the disk in gigabytes.',
        hint: 'Write a whole number of gigabytes from 1 to 65536, without quotes.',
      }),
    ),
  },
  { additionalProperties: false, hint: 'A server must be a record with at least name, plan and zone.' },
);

const Taskserv = Type.Object(
  {
    name: name('task service', 'kubernetes'),
    version: Type.Optional(version),
    servers: Type.Optional(serverNames),
  },
  { additionalProperties: false, hint: 'Write a name in quotes or a record with name, version and servers.' },
);

const Cluster = Type.Object(
  { name: name('cluster', 'buildkit'), version: Type.Optional(version), servers: Type.Optional(serverNames) },
  { additionalProperties: false, hint: 'Write a name in quotes or a record with name, version and servers.' },
);

/** A settings file in any of its formats. */
export const SettingsSchema = Type.Object(
  {
    infra: Type.Optional(
      Type.String({ hint: 'Write the name of the infra in quotes: the name of its folder.' }),
    ),
    provider: Type.Optional(provider),
    servers: Type.Array(Server, { maxItems: 1000, hint: 'Write a list of servers; an empty one is [].' }),
    taskservs: Type.Optional(
      Type.Array(Taskserv, { maxItems: 1000, hint: 'Write a list, e.g. ["kubernetes"].' }),
    ),
    clusters: Type.Optional(
      Type.Array(Cluster, { maxItems: 1000, hint: 'Write a list, e.g. ["buildkit"].' }),
    ),
  },
  { additionalProperties: false, hint: 'Settings must be a record with at least a list of servers.' },
);

/** A parsed {@link SettingsSchema}, before defaults are added. */
export type SettingsFile = Static<typeof SettingsSchema>;
/** A server of a settings file. */
export type ServerSettings = Static<typeof Server>;
/** A task service or a cluster of a settings file. */
export type ServiceSettings = Static<typeof Taskserv>;
