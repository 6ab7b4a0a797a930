import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const REPOSITORY = join(import.meta.dirname, '..');
const NOT_SOURCES = new Set(['node_modules', 'dist', 'coverage', '.git', '.data', '__pycache__']);
const SOURCE_NAME = /\.(ts|mjs|cjs|js|sql|py|sh|md|json|yml|yaml|toml|ncl)$/;

/** Files that the reader of a guide creates, and files on servers. */
const NOT_IN_THE_REPOSITORY: readonly string[] = [
  'workspace/definitions/taskservs/memcached/definition.toml',
  'docker-compose.override.yml',
  'server.json',
  'my-values.yaml',
  'dashboard.mjs',
  'approval.json',
  'web.yaml',
];
/** Names of other programs' interfaces. */
const NAMES_OF_OTHERS: readonly string[] = [
  'OTEL_TRACES_SAMPLER',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'group_add',
  'archive_mode',
  'archive_timeout',
];

const files = filesBelow(REPOSITORY).map((file) => relative(REPOSITORY, file));
const pages = files.filter((file) => file.endsWith('.md'));
const guides = pages.filter((file) => file.startsWith('docs/how-to/') || file === 'CONTRIBUTING.md');
const scripts = Object.keys(
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
);
/** Every word of the sources, without guides and this test. */
const words = new Set(
  files
    .filter((file) => !file.endsWith('.md') && !file.startsWith('docs/') && file !== 'tests/guides.test.ts')
    .flatMap((file) => read(file).match(/[A-Za-z_$][\w$]*/g) ?? []),
);

describe('every page of the repository', () => {
  it('links to pages, files and headings that exist', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

it('docs/decisions/README.md lists every decision', () => {
  const listed = linksOf('docs/decisions/README.md').filter((link) => /^\d{4}-/.test(link));
  const decisions = files.filter((file) => /^docs\/decisions\/\d{4}-/.test(file));
  expect([...new Set(listed)].sort()).toEqual(
    decisions.map((file) => file.slice('docs/decisions/'.length)).sort(),
  );
});

describe.each(guides)('%s', (page) => {
  it('names only files that exist', () => {
    const missing = codeOf(page).filter((code) => isFileName(code) && !fileExists(code));
    expect(missing.filter((code) => !NOT_IN_THE_REPOSITORY.includes(code))).toEqual([]);
  });

  it('names only identifiers that the sources have', () => {
    const missing = codeOf(page)
      .map((code) => /^([A-Za-z_$][\w$]*)(\(.*\))?$/.exec(code)?.[1])
      .filter((name) => name !== undefined && isIdentifier(name) && !words.has(name));
    expect(missing.filter((name) => !NAMES_OF_OTHERS.includes(String(name)))).toEqual([]);
  });

  it('shows only commands that package.json has', () => {
    const shown = [...read(page).matchAll(/\b(?:npm run|pnpm@[\d.]+) ([a-z][\w:-]*)/g)].map(
      ([, name]) => name,
    );
    expect(shown.filter((name) => !scripts.includes(String(name)) && name !== 'install')).toEqual([]);
  });
});

/** A name of two words or more: single words may be values or English. */
function isIdentifier(name: string): boolean {
  return /[a-z][A-Z]|\w_\w/.test(name);
}

function isFileName(code: string): boolean {
  if (/[\s=…]|^[/~$.]|^[a-z]+:/.test(code)) return false;
  return SOURCE_NAME.test(code) || /^(services|packages|tests|docs|scripts|deploy)\//.test(code);
}

/** Whether the path of a file ends with this one, or contains it; `<noun>` means one name, `*` any text. */
function fileExists(code: string): boolean {
  const pattern = code
    .replace(/\/$/, '')
    .split(/(<[^>]+>|\*+|\{[^}]+\})/)
    .map((part) => {
      if (part.startsWith('<') || part.startsWith('*')) return '[^/]+';
      if (part.startsWith('{')) return `(${part.slice(1, -1).split(',').join('|')})`;
      return part.replace(/[.+?^$()|[\]\\]/g, String.raw`\$&`);
    })
    .join('');
  const expression = new RegExp(`(^|/)${pattern}(/|$)`);
  return files.some((file) => expression.test(file));
}

/** The text of all inline code of a page. */
function codeOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function linksOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(REPOSITORY, target))) return false;
  return heading === undefined || headingsOf(target).includes(heading);
}

/** As GitHub makes them: lower case, punctuation dropped, a hyphen for each space. */
function headingsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

function withoutBlocks(page: string): string {
  return read(page).replaceAll(/^```[^]*?^```/gm, '');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_SOURCES.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}
