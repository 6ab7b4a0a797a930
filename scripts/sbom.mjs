// Writes what is in images as CycloneDX 1.6, one file for each: npm run sbom -- FOLDER [IMAGE...]
// It reads the packages in the images, not the lockfile, which also lists what is not shipped. Needs a Docker engine.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { requireNode } from './lib/node-version.mjs';
import { npm } from './lib/npm.mjs';
import { StepFailed, step } from './lib/step.mjs';

const CDXGEN = '@cyclonedx/cdxgen@12.8.4';
const IMAGES = ['control-center', 'orchestrator', 'worker', 'migrate'].map((name) => `provisioning-${name}`);

requireNode();
const [target, ...wanted] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: npm run sbom -- FOLDER [IMAGE...]');
  process.exit(2);
}
mkdirSync(target, { recursive: true });
try {
  for (const image of wanted.length > 0 ? wanted : IMAGES) await describe(image);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exitCode = 1;
}

async function describe(image) {
  const folder = mkdtempSync(join(tmpdir(), 'provisioning-sbom-'));
  try {
    const labels = JSON.parse(docker('image', 'inspect', '--format', '{{json .Config.Labels}}', image)) ?? {};
    const label = (name) => labels[`org.opencontainers.image.${name}`];
    copyServices(image, join(folder, 'node_modules'));
    const manifest = { name: image, version: label('version') || '0.0.0', license: label('licenses') };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    const file = join(folder, 'bom.json');
    const options = [
      '--type',
      'js',
      '--no-install-deps',
      '--no-babel',
      '--spec-version',
      '1.6',
      '--author',
      'Provisioning',
    ];
    const cdxgen = npm('exec', '--yes', `--package=${CDXGEN}`, '--', 'cdxgen', ...options);
    await step(`What is in ${image}`, [...cdxgen, '--output', file, folder], {
      env: { ...process.env, npm_config_ignore_scripts: 'true', npm_config_omit: 'optional' },
    });
    const bom = JSON.parse(readFileSync(file, 'utf8'));
    bom.components = [...outside(image, label), ...bom.components.filter(isPackage).map(withoutPaths)];
    mustHaveAll(folder, bom.components);
    // What cdxgen says of the copied folder would mislead: its paths, and the phase.
    bom.annotations = undefined;
    bom.metadata = { ...bom.metadata, properties: undefined, lifecycles: [{ phase: 'post-build' }] };
    const path = resolve(target, `${image.replaceAll(/[^\w.-]/g, '_')}.cdx.json`);
    writeFileSync(path, `${JSON.stringify(bom, null, 2)}\n`);
    console.log(`  ${path}: ${bom.components.length} components`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of each service, from an image that no container has to run. */
function copyServices(image, folder) {
  const container = docker('create', image).trim();
  try {
    docker('cp', `${container}:/app/services`, folder);
  } finally {
    docker('rm', container);
  }
  // cdxgen reads no folder whose name begins with a dot, and follows no links.
  for (const service of readdirSync(folder))
    renameSync(join(folder, service, 'node_modules/.pnpm'), join(folder, service, 'node_modules/pnpm'));
}

/** What no package of npm is: the base image, and Node.js. */
function outside(image, label) {
  const node = docker('run', '--rm', '--entrypoint', 'node', image, '--version').trim().slice(1);
  const [base, digest] = (label('base.name') ?? '').split('@sha256:');
  return [
    { type: 'platform', name: 'node', version: node, purl: `pkg:generic/node@${node}`, 'bom-ref': 'node' },
    ...(base === ''
      ? []
      : [
          {
            type: 'container',
            name: base,
            'bom-ref': 'base-image',
            ...(digest === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: digest }] }),
          },
        ]),
  ];
}

function nameOf({ group, name }) {
  return group ? `${group}/${name}` : name;
}

function sourcesOf({ properties = [] }) {
  return properties.filter(({ name }) => name === 'SrcFile').map(({ value }) => value);
}

/** A package, not a package.json inside of one, for its tests or for one of its formats. */
function isPackage(component) {
  const end = `node_modules/${nameOf(component)}/package.json`;
  return component.version !== '' && sourcesOf(component).some((path) => path.endsWith(end));
}

/** Without the paths of this machine. */
function withoutPaths(component) {
  const properties = (component.properties ?? []).filter(({ name }) => name !== 'SrcFile');
  return { ...component, evidence: undefined, properties };
}

/** Compares with the store of pnpm, whose folders are called `name@version`, with a `+` for each `/`. */
function mustHaveAll(folder, components) {
  const listed = new Set(components.map((component) => `${nameOf(component)}@${component.version}`));
  for (const service of readdirSync(join(folder, 'node_modules'))) {
    const missing = readdirSync(join(folder, 'node_modules', service, 'node_modules/pnpm'))
      .map((entry) => /^((?:@[^+]+\+)?[^@+]+)@(\d[^_(]*)/.exec(entry))
      .filter((match) => match !== null)
      .map(([, name, version]) => `${name.replace('+', '/')}@${version}`)
      .filter((name) => !listed.has(name));
    if (missing.length > 0)
      throw new Error(`${service} has packages that cdxgen did not list: ${missing.join(', ')}`);
  }
}

function docker(...args) {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' });
  if (error) throw new Error(`docker cannot be started (${error.code})`);
  if (status !== 0) throw new Error(`docker ${args[0]}: ${stderr.trim()}`);
  return stdout;
}
