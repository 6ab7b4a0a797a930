import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { parseSettings, readSettings } from './read-settings.js';
import type { SettingsExtension } from './locate-settings.js';
import { SettingsError } from './settings-error.js';

async function faults(text: string, extension: SettingsExtension): Promise<string[]> {
  try {
    await parseSettings(text, extension, `production/config${extension}`, 'production');
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const NICKEL = `{
  provider = 'upcloud,
  servers = [
    { name = "web-01", plan = "1xCPU-2 GB", zone = "de-fra1" },
    {
      name = "web-02",
      plan = 2,
      zone = "us-nyc1",
    },
  ],
}
`;
const YAML = `servers:
  - name: web-01
    plan: 2
    zone: de-fra1
`;
const JSON_TEXT = `{
  "servers": [
    { "name": "web-01", "plan": 2, "zone": "de-fra1" }
  ]
}
`;
const TOML = `[[servers]]
name = "web-01"
plan = 2
zone = "de-fra1"
`;

describe('faults name the place that is wrong', () => {
  const complaint =
    'plan must be a string, got a number. Write the plan\'s name in quotes, e.g. "1xCPU-2 GB".';

  it.each<[SettingsExtension, string, string]>([
    ['.ncl', NICKEL, `production/config.ncl:7:14: servers[1].${complaint}`],
    ['.yaml', YAML, `production/config.yaml:3:11: servers[0].${complaint}`],
    ['.yml', YAML, `production/config.yml:3:11: servers[0].${complaint}`],
    ['.json', JSON_TEXT, `production/config.json:3:33: servers[0].${complaint}`],
    ['.toml', TOML, `production/config.toml:3:8: servers[0].${complaint}`],
  ])('in %s', async (extension, text, expected) => {
    expect(await faults(text, extension)).toEqual([expected]);
  });

  it.each<[SettingsExtension, string, string]>([
    ['.ncl', '{\n  servers = [\n', 'production/config.ncl:3:1: A value is expected'],
    [
      '.ncl',
      '{ servers = [] } & { servers = [1] }',
      'production/config.ncl:1:32: servers: Merging needs equal values',
    ],
    [
      '.ncl',
      '{ servers = import "a.ncl" }',
      'production/config.ncl:1:13: servers: Imports are not possible here.',
    ],
    [
      '.yaml',
      'servers: []\nservers: []\n',
      'production/config.yaml:2:1: The member "servers" is defined twice.',
    ],
    ['.yaml', 'servers: !thing []\n', 'production/config.yaml:1:10: This tag is unknown'],
    [
      '.yaml',
      'servers: []\n---\nservers: []\n',
      'production/config.yaml:2:1: The file must contain one document',
    ],
    [
      '.json',
      '{\n  "servers": [],\n}',
      'production/config.json:3:1: A member must begin with its name in double quotes',
    ],
    ['.json', '{ // why\n "servers": [] }', 'production/config.json:1:3: JSON has no comments.'],
    [
      '.json',
      '{"servers": [], "servers": []}',
      'production/config.json:1:17: The member "servers" is defined twice.',
    ],
    ['.toml', 'servers = \n', 'production/config.toml:1:11: The value is missing'],
    ['.ncl', '', 'production/config.ncl:1:1: '],
    ['.json', '', 'production/config.json:1:1: The file is empty.'],
    ['.yaml', '', 'production/config.yaml:1:1: The file is empty.'],
    ['.toml', '', 'production/config.toml:1:1: The file is empty.'],
  ])('when %s cannot be read: %j', async (extension, text, expected) => {
    expect((await faults(text, extension)).join('\n').slice(0, expected.length)).toBe(expected);
  });
});

describe('all faults are listed, in the order of the file', () => {
  it('for faults of the schema', async () => {
    const text = `servers:
  - name: Web
    zone: de-fra1
    zonne: x
    storage_gb: 0.5
    provider: azure
    labels: {a: 1}
  - 3
owner: me
`;
    const found = (await faults(text, '.yaml')).map((line) => line.replace('production/config.yaml:', ''));
    expect(found.map((line) => line.split('. ')[0])).toEqual([
      '2:5: servers[0].plan is required',
      '2:11: servers[0].name cannot be "Web"',
      '4:5: servers[0].zonne is not a known field',
      '5:17: servers[0].storage_gb must be a whole number, got 0.5',
      '6:15: servers[0].provider must be one of "local", "upcloud", "aws", "docker", "ssh", got "azure".',
      '7:17: servers[0].labels.a must be a string, got a number',
      '8:5: servers[1] must be a record, got a number',
      '9:1: owner is not a known field',
    ]);
    expect(found[2]).toContain('Did you mean "zone"?');
    expect(found.at(-1)).toContain('Known fields: infra, provider, servers, taskservs, clusters.');
  });

  it('for faults of meaning', async () => {
    const text = `{
  infra = "staging",
  servers = [
    { name = "a", plan = "p", zone = "z" },
    { name = "a", plan = "p", zone = "z" },
  ],
  taskservs = ["kubernetes", { name = "cilium", servers = ["a", "b"] }],
}`;
    expect(await faults(text, '.ncl')).toEqual([
      'production/config.ncl:2:11: infra must be "production", the name of its folder, but is "staging".',
      'production/config.ncl:5:14: servers[1].name must be unique, but "a" is also servers[0].name.',
      'production/config.ncl:7:65: taskservs[1].servers[1] must be a server of this file, but is "b".',
    ]);
  });

  it('up to the maximum number', async () => {
    const text = JSON.stringify({ servers: Array.from({ length: 200 }, () => 1) });
    const found = await faults(text, '.json');
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe('… and 150 more.');
  });
});

describe('malicious files are refused with a fault', () => {
  it.each<[string, SettingsExtension, string]>([
    ['deep JSON', '.json', '['.repeat(400_000)],
    ['deep JSON, closed', '.json', '['.repeat(2000) + ']'.repeat(2000)],
    ['deep YAML', '.yaml', '['.repeat(100_000)],
    ['deep TOML', '.toml', `a = ${'['.repeat(100_000)}`],
    ['an alias of itself', '.yaml', 'servers: &a [*a]'],
    ['aliases that multiply', '.yaml', laughs()],
    ['names that are no texts', '.yaml', '? [a]\n: 1\n'],
  ])('%s', async (_, extension, text) => {
    expect(await faults(text, extension)).toHaveLength(1);
  });

  it('reads a field called __proto__ as an ordinary name', async () => {
    expect((await faults('{"__proto__": {"servers": []}, "servers": []}', '.json'))[0]).toContain(
      '__proto__ is not a known field',
    );
  });
});

function laughs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  return lines.join('\n');
}

describe('valid settings', () => {
  it('are the same in every format', async () => {
    const server = {
      name: 'web-01',
      plan: '1xCPU-2 GB',
      zone: 'de-fra1',
      labels: { role: 'web' },
      storage_gb: 20,
    };
    const written = { provider: 'upcloud', servers: [server], taskservs: ['kubernetes'] };
    const texts: [SettingsExtension, string][] = [
      ['.json', JSON.stringify(written)],
      [
        '.yaml',
        'provider: upcloud\nservers:\n- &w {name: web-01, plan: 1xCPU-2 GB, zone: de-fra1, labels: {role: web}, storage_gb: 20}\ntaskservs: [kubernetes]\n',
      ],
      [
        '.toml',
        'provider = "upcloud"\ntaskservs = ["kubernetes"]\n[[servers]]\nname = "web-01"\nplan = "1xCPU-2 GB"\nzone = "de-fra1"\nstorage_gb = 20\nlabels.role = "web"\n',
      ],
      [
        '.ncl',
        '{ provider = \'upcloud, taskservs = ["kubernetes"], servers = [{ name = "web-01", plan = "1xCPU-2 GB", zone = "de-fra1", labels.role = "web", storage_gb = 20 }] }',
      ],
    ];
    for (const [extension, text] of texts) {
      const settings = await parseSettings(text, extension, 'x', 'production');
      expect(settings.servers).toEqual([
        { ...server, infra: 'production', provider: 'upcloud', image: null },
      ]);
      expect(settings.taskservs).toEqual([{ name: 'kubernetes' }]);
    }
  });

  it.each<[SettingsExtension, string]>([
    ['.json', '{"$schema": "https://example.org/s", "x-zone": "de-fra1", "servers": []}'],
    ['.yaml', '$schema: s\nx-small: &small {plan: p, zone: z}\nservers: [{name: a, <<: *small}]'],
    ['.toml', '"$schema" = "s"\nservers = []\n[x-small]\nplan = "p"'],
    ['.ncl', '{ "$schema" = "s", x-small = { plan = "p" }, servers = [] }'],
  ])('may have parts that are shared, and a schema, at the top: %s', async (extension, text) => {
    expect(await faults(text, extension)).toEqual([]);
  });

  it('have a server of what it merges', async () => {
    const text = 'x-small: &small {plan: p, zone: z}\nservers: [{name: a, <<: *small, zone: y}]';
    expect((await parseSettings(text, '.yaml', 'x', 'production')).servers).toMatchObject([
      { name: 'a', plan: 'p', zone: 'y' },
    ]);
  });

  it.each<[SettingsExtension, string]>([
    ['.json', '{"servers": [], "labels\\u0000": 1}'],
    [
      '.json',
      '{"servers": [{"name": "a", "plan": "p", "zone": "z", "labels": {"role": "\\ud800"}}], "provider": "local"}',
    ],
    ['.yaml', 'servers: []\nx: "\\0"'],
  ])('are refused with a character that cannot be stored: %s', async (extension, text) => {
    expect(await faults(text, extension)).toEqual([
      expect.stringMatching(/^production\/config\..*:\d+:\d+: .*stored\.$/),
    ]);
  });

  it.each<[SettingsExtension, string]>([
    ['.json', '{"servers": [], "servers": []}'],
    ['.yaml', 'servers: []\nservers: []'],
    ['.toml', 'servers = []\nservers = []'],
  ])('are refused where a member is defined twice: %s', async (extension, text) => {
    expect(await faults(text, extension)).toHaveLength(1);
  });

  it.each([
    ['production', 'config.ncl', ['web-01', 'web-02', 'db-01']],
    ['staging', 'settings.yaml', ['web-01', 'db-01']],
  ])('are what the sample %s/%s has', async (infra, file, names) => {
    const workspace = fileURLToPath(new URL('../../../../workspace', import.meta.url));
    const { servers } = await readSettings({ workspace, infra, file });
    expect(servers.map(({ name }) => name)).toEqual(names);
  });
});
