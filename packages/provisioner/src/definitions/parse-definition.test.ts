import { describe, expect, it } from '@jest/globals';
import { DefinitionError } from './definition-error.js';
import { parseCluster, parseTaskserv } from './parse-definition.js';

const FILE = 'definitions/taskservs/web/definition.toml';
const SUM = 'a'.repeat(64);

function faults(
  text: string,
  parse: (text: string, file: string, folder: string) => unknown = parseTaskserv,
): string[] {
  try {
    parse(text, FILE, 'web');
  } catch (error) {
    if (error instanceof DefinitionError)
      return error.message.split('\n').map((line) => line.replace(FILE, '').replace(/^(:\d+):\d+:/, '$1:'));
    throw error;
  }
  return [];
}

const web = (more: string, head = 'order = 1') => `name = "web"\ndescription = "A server."\n${head}\n${more}`;
const download = `[downloads.web]\nbase = "https://example.org"\npath = "{version}/web-{arch}"\n`;

describe('a definition', () => {
  it('may have only the required fields, or all fields', () => {
    expect(faults(web(''))).toEqual([]);
    const all = `${download}[versions."1.0".sha256.web]\namd64 = "${SUM}"\n
      [parameters.port]\ntype = "integer"\ndefault = 80\n[timeouts]\ninstall = 5\n`;
    expect(faults(web(all, 'order = 1\nrequires = ["base"]\ndefault_version = "1.0"'))).toEqual([]);
  });

  it.each([
    ['', ':1: The file is empty.'],
    ['# nothing', ':1: name is required. Write a name in quotes'],
    ['name = ', ':1: The value is missing'],
    [web('colour = "red"'), ':4: colour is not a known field. Known fields: name, description,'],
    [
      web('', 'order = "first"'),
      ':3: order must be a whole number, got a string. Write a whole number from 0',
    ],
    [web('', 'order = 1\nrequires = ["web"]'), ':4: requires must not contain "web" itself. Remove it.'],
    [web('').replace('"web"', '"wob"'), ':1: name is "wob", but must be the name of its folder.'],
    [web('[versions."1.0"]'), ':1: default_version is required: it is the version to install by default.'],
    [
      web('[versions."1.0"]', 'order = 1\ndefault_version = "2.0"'),
      ':4: default_version must be one of 1.0, but is "2.0"',
    ],
    [web(download), ':4: downloads require at least one version. Write [versions."…"]'],
    [
      web(`${download}[versions."1.0"]`, 'order = 1\ndefault_version = "1.0"'),
      ':8: versions."1.0" must have the checksum of web. Write [versions."1.0".sha256.web] with amd64 and arm64.',
    ],
    [
      web(`${download}[versions."1.0".sha256.web]\namd64 = "abc"`, 'order = 1\ndefault_version = "1.0"'),
      ':9: versions."1.0".sha256.web.amd64 cannot be "abc". Write the SHA-256 checksum of the file',
    ],
    [
      web(
        `${download.replace('{arch}', '{flavour}')}[versions."1.0".sha256.web]\namd64 = "${SUM}"`,
        'order = 1\ndefault_version = "1.0"',
      ),
      ':8: versions."1.0" must define {flavour} of the URL of web. Write with = { flavour = "…" }.',
    ],
    [
      web(`[versions."1.0".sha256.wob]\namd64 = "${SUM}"`, 'order = 1\ndefault_version = "1.0"'),
      ':5: versions."1.0".sha256.wob is a checksum without a download. Write [downloads.wob], or remove the checksum.',
    ],
    [
      web('[parameters.port]\ntype = "integer"\ndefault = "80"'),
      ':6: parameters.port.default must be a whole number, got "80".',
    ],
    [
      web(`[parameters.port]\ntype = "string"\ndefault = "80"\npattern = '['`),
      ':7: parameters.port.pattern must be a regular expression.',
    ],
    [
      web(`[parameters.port]\ntype = "string"\ndefault = "x"\ndescription = "A port."\npattern = '\\d+'`),
      ':6: parameters.port.default has the value "x", which is not allowed. A port.',
    ],
    [
      web(`[parameters.mode]\ntype = "string"\ndefault = "x"\npattern = 'on|off'`),
      ':6: parameters.mode.default must be one of on, off, got "x".',
    ],
    [
      web('[parameters.port]\ntype = "integer"'),
      ':4: parameters.port.default is required. Every parameter must have a default',
    ],
  ])('that is wrong is refused with file, line and what to write: %j', (text, message) => {
    expect(faults(text)[0]).toContain(message);
  });

  it('with a syntax error is refused with line and column', () => {
    expect(() => parseTaskserv(web('', 'order = "first"'), FILE, 'web')).toThrow(
      `${FILE}:3:9: order must be`,
    );
    expect(() => parseTaskserv(web('', '  colour = "red"'), FILE, 'web')).toThrow(
      `${FILE}:3:3: colour is not`,
    );
  });

  it('is refused with all its faults, in the order of the file', () => {
    const [first, second, ...more] = faults('order = 1\nname = 1\ndescription = 2\n');
    expect([first, second]).toEqual([
      expect.stringMatching(/^:2: name must be a string/),
      expect.stringMatching(/^:3: description must be a string/),
    ]);
    expect(more).toEqual([]);
  });

  it('of a cluster has steps with unique names', () => {
    const head = 'name = "web"\ndescription = "A farm."\n';
    const step = '[[steps]]\nname = "daemon"\n';
    expect(faults(`${head}${step}`, parseCluster)).toEqual([]);
    expect(faults(head, parseCluster)).toEqual([expect.stringContaining('steps is required')]);
    expect(faults(`${head}${step}${step}`, parseCluster)).toEqual([
      ':6: steps[1].name must be unique, but "daemon" is also the name of another step.',
    ]);
    expect(faults(`${head}${step}on = "some"\n`, parseCluster)).toEqual([
      expect.stringContaining(':5: steps[0].on must be one of "all", "first", "others", got "some".'),
    ]);
  });
});
