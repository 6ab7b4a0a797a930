import { Type, type Static } from 'typebox';

// `hint` is the sentence that follows a fault and says what is allowed (also used in settings/schema.ts).
const NAME = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
const VERSION = '^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$';
const VARIABLE = '^[a-z][a-z0-9_]{0,31}$';
const closed = { additionalProperties: false } as const;

const name = (example: string) =>
  Type.String({
    pattern: NAME,
    hint: `Write a name in quotes: 1 to 63 lower-case letters, digits and dashes that start and end with a letter or digit, e.g. "${example}".`,
  });
const version = Type.String({ pattern: VERSION, hint: 'Write the version in quotes, e.g. "1.31.0".' });
const sha256 = Type.Optional(
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    hint: 'Write the SHA-256 checksum of the file: 64 lower-case hexadecimal digits, in quotes.',
  }),
);
const seconds = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 86_400, hint: 'Write a whole number of seconds, e.g. 600.' }),
);

const Parameter = Type.Object(
  {
    type: Type.Enum(['string', 'integer', 'boolean'], {
      hint: 'The type of a parameter must be "string", "integer" or "boolean".',
    }),
    description: Type.Optional(Type.String({ hint: 'Write a sentence in quotes.' })),
    default: Type.Union([Type.String(), Type.Integer(), Type.Boolean()], {
      hint: 'Every parameter must have a default, e.g. default = 6379.',
    }),
    pattern: Type.Optional(
      Type.String({ hint: 'Write a regular expression that the whole value must match, in single quotes.' }),
    ),
    minimum: Type.Optional(Type.Integer({ hint: 'Write a whole number.' })),
    maximum: Type.Optional(Type.Integer({ hint: 'Write a whole number.' })),
  },
  { ...closed, hint: 'A parameter must be a table with at least type and default.' },
);

const Download = Type.Object(
  {
    base: Type.String({
      pattern: '^https?://[^\\s/]+(/[^\\s]*)?$',
      hint: 'Write the base URL, e.g. base = "https://dl.k8s.io".',
    }),
    path: Type.String({
      pattern: '^[^\\s/][^\\s]*$',
      hint: 'Write the rest of the URL, e.g. path = "v{version}/bin/linux/{arch}/kubelet".',
    }),
  },
  { ...closed, hint: 'A download must be a table with base and path.' },
);

const Version = Type.Object(
  {
    with: Type.Optional(
      Type.Record(Type.String({ pattern: VARIABLE }), version, {
        ...closed,
        hint: 'Write the versions of dependencies, e.g. with = { runc = "1.3.4" }.',
      }),
    ),
    sha256: Type.Optional(
      Type.Record(
        Type.String({ pattern: VARIABLE }),
        Type.Object({ amd64: sha256, arm64: sha256 }, { ...closed, minProperties: 1 }),
        { ...closed, hint: 'Write a table for each download, e.g. [versions."1.31.0".sha256.kubelet].' },
      ),
    ),
  },
  {
    ...closed,
    hint: 'A version must be a table with the checksums of its downloads, e.g. [versions."1.31.0"].',
  },
);

const Timeouts = Type.Object(
  { check: seconds, install: seconds, remove: seconds },
  { ...closed, hint: 'Write the timeouts of check, install and remove in seconds.' },
);

const ON = ['all', 'first', 'others'] as const;
const on = Type.Optional(
  Type.Enum([...ON], {
    hint: 'Write the servers of the cluster to use: "all" (default), "first" or "others".',
  }),
);

const COMMON = {
  name: name('redis'),
  description: Type.String({
    pattern: '^[^\\p{Cc}]{1,200}$',
    hint: 'Write a description of up to 200 characters.',
  }),
  default_version: Type.Optional(version),
  versions: Type.Optional(
    Type.Record(Type.String({ pattern: VERSION }), Version, {
      ...closed,
      hint: 'Write a table for each version, its name in quotes: [versions."1.31.0"].',
    }),
  ),
  downloads: Type.Optional(
    Type.Record(Type.String({ pattern: VARIABLE }), Download, {
      ...closed,
      hint: 'Write a table for each download: [downloads.kubelet].',
    }),
  ),
  parameters: Type.Optional(
    Type.Record(Type.String({ pattern: VARIABLE }), Parameter, {
      ...closed,
      hint: 'Write a table for each parameter: [parameters.port].',
    }),
  ),
  timeouts: Type.Optional(Timeouts),
};

/** The file `taskservs/<name>/definition.toml`. */
export const TaskservSchema = Type.Object(
  {
    ...COMMON,
    order: Type.Integer({
      minimum: 0,
      maximum: 1000,
      hint: 'Write a whole number from 0 to 1000; lower numbers are installed first.',
    }),
    requires: Type.Optional(
      Type.Array(name('containerd'), { hint: 'Write a list of task services, e.g. ["containerd"].' }),
    ),
  },
  { ...closed, hint: 'A task service must have at least name, description and order.' },
);

/** The file `clusters/<type>/definition.toml`. */
export const ClusterSchema = Type.Object(
  {
    ...COMMON,
    taskservs: Type.Optional(
      Type.Array(
        Type.Object(
          { name: name('containerd'), on, version: Type.Optional(version) },
          { ...closed, hint: 'Write a table [[taskservs]] with name and, optionally, on and version.' },
        ),
        { hint: 'Write a table [[taskservs]] for each task service.' },
      ),
    ),
    steps: Type.Array(
      Type.Object(
        { name: name('daemon'), on },
        { ...closed, hint: 'Write a table [[steps]] with name and, optionally, on.' },
      ),
      {
        minItems: 1,
        hint: 'Write a table [[steps]] for each step; its scripts are in the folder of that name.',
      },
    ),
  },
  { ...closed, hint: 'A cluster must have at least name, description and steps.' },
);

/** A parsed {@link TaskservSchema}. */
export type TaskservFile = Static<typeof TaskservSchema>;
/** A parsed {@link ClusterSchema}. */
export type ClusterFile = Static<typeof ClusterSchema>;
/** A parameter, as a definition declares it: its type, default and bounds. */
export type ParameterFile = Static<typeof Parameter>;
/** The servers of a cluster on which a part is installed. */
export type On = (typeof ON)[number];
