// Makes, checks and restores a backup of a platform that `npm start` or containers run: docs/how-to/back-up-and-restore.md.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { repository } from './lib/paths.mjs';

const USAGE = `usage: node scripts/backup.mjs create <folder>    make a backup in a new folder
       node scripts/backup.mjs check <folder>     check that nothing is missing or changed
       node scripts/backup.mjs restore <folder>   put it back: into an empty data folder or an empty database

The variables of the platform say where it is: PROVISIONING_DATA_DIR, PROVISIONING_WORKSPACE, DATABASE_URL and others.
Without DATABASE_URL the data folder is copied, and the platform must be stopped.`;

/** Of processes, and refilled by them. */
const NOT_KEPT = ['run', 'logs', 'redis', 'launcher.lock', 'postgres.process', 'redis.process'];
/** The secrets that a data folder has, or a variable gives. Without one of them, what it protects cannot be read again. */
const SECRETS = [
  ['token secret', 'JWT_SECRET', 'jwt-secret'],
  ['pepper of passwords', 'PASSWORD_PEPPER', 'password-pepper'],
  ['key of second factors', 'MFA_ENCRYPTION_KEY', 'mfa-encryption-key'],
  ['key that signs the audit trail', 'AUDIT_SIGNING_KEY', 'audit-signing-key'],
];

class Refusal extends Error {}

const env = (name) => process.env[name] || undefined;
const dataDir = resolve(repository, env('PROVISIONING_DATA_DIR') ?? '.data');
const workspace = resolve(repository, env('PROVISIONING_WORKSPACE') ?? 'workspace');
const databaseUrl = env('DATABASE_URL');
const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

async function create(target) {
  if (await exists(target)) throw new Refusal(`${target} exists. Name a folder that does not.`);
  if (!(await exists(dataDir)))
    throw new Refusal(`There is no data folder ${dataDir}. Set PROVISIONING_DATA_DIR.`);
  if (!databaseUrl) await mustBeStopped();
  await mkdir(target, { recursive: true, mode: 0o700 });
  await copy(dataDir, join(target, 'data'), [...NOT_KEPT, ...(databaseUrl ? ['postgres'] : [])]);
  const outsideHome = databaseUrl ? undefined : await postgresOutside();
  if (outsideHome !== undefined) await copy(outsideHome, join(target, 'data/postgres'));
  if (databaseUrl)
    run('pg_dump', ['--format=custom', `--file=${join(target, 'database.dump')}`, databaseUrl]);
  await cp(workspace, join(target, 'workspace'), { recursive: true });
  const outside = [
    ['configuration', env('PROVISIONING_CONFIG')],
    ['audit checkpoints', env('AUDIT_CHECKPOINTS_FILE')],
    ['known hosts', env('PROVISIONING_SSH_KNOWN_HOSTS') ?? join(homedir(), '.ssh/known_hosts')],
  ];
  const kept = [];
  for (const [what, path] of outside) {
    if (path === undefined || !(await exists(path))) continue;
    const name = `${what.replaceAll(' ', '-')}-${basename(path)}`;
    await mkdir(join(target, 'outside'), { recursive: true });
    await cp(path, join(target, 'outside', name));
    kept.push({ what, from: resolve(path), file: `outside/${name}` });
  }
  const manifest = {
    made_at: new Date().toISOString(),
    database: databaseUrl ? 'dump' : 'folder',
    secrets_in_variables: SECRETS.flatMap(([, variable]) =>
      env(variable) || env(`${variable}_FILE`) ? [variable] : [],
    ),
    outside: kept,
    files: await sums(target),
  };
  await writeFile(join(target, 'backup.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await check(target);
}

/** Where the embedded Postgres has its files, if not in the data folder: started as root, with a private data folder. */
async function postgresOutside(folder = dataDir) {
  const note = await readFile(join(folder, 'postgres-location.json'), 'utf8').catch(() => '{}');
  return JSON.parse(note).postgres;
}

/** Copies what is in a folder, with owners and modes: the embedded Postgres may belong to a user of its own. */
async function copy(from, to, without = []) {
  await mkdir(to, { recursive: true, mode: 0o711 });
  const names = (await readdir(from)).filter((name) => !without.includes(name));
  if (names.length > 0) run('cp', ['-a', ...names.map((name) => join(from, name)), to]);
}

/** @throws Refusal while processes of the platform use the data folder: a copy would not be consistent. */
async function mustBeStopped() {
  const lock = await readFile(join(dataDir, 'launcher.lock'), 'utf8').catch(() => '');
  const pid = Number(/\d+/.exec(lock)?.[0] ?? 0);
  const isAlive = pid > 0 && (await exists(`/proc/${pid}`));
  if (isAlive || (await exists(join(dataDir, 'postgres/data/postmaster.pid'))))
    throw new Refusal(
      `The platform is running on ${dataDir}. Stop it first, or freeze the file system for the copy.`,
    );
}

async function check(folder) {
  const manifest = await readManifest(folder);
  const present = await sums(folder);
  const faults = Object.entries(manifest.files).flatMap(([file, sum]) =>
    present[file] === undefined
      ? [`${file} is missing`]
      : present[file] === sum
        ? []
        : [`${file} was changed`],
  );
  const data = (name) => present[`data/${name}`] !== undefined;
  const has = (prefix) => Object.keys(present).some((file) => file.startsWith(prefix));
  const inVariables = new Set(manifest.secrets_in_variables);
  for (const [what, variable, file] of SECRETS)
    if (!data(file) && !inVariables.has(variable))
      faults.push(`the ${what} is missing: neither ${file} in the data folder nor ${variable} was there`);
  if (
    manifest.database === 'dump' ? present['database.dump'] === undefined : !data('postgres/data/PG_VERSION')
  )
    faults.push('the database is missing');
  if (!data('audit-heads.jsonl') && !manifest.outside.some(({ what }) => what === 'audit checkpoints'))
    faults.push(
      'the file of audit checkpoints is missing: that the trail was cut off could not be detected. ' +
        'A new platform writes it within AUDIT_CHECKPOINT_SECONDS',
    );
  if (!has('workspace/')) faults.push('the workspace is missing');
  if (faults.length > 0) throw new Refusal(`The backup is not complete:\n  ${faults.join('\n  ')}`);
  console.log(
    `The backup in ${folder} of ${manifest.made_at} is complete: ${Object.keys(present).length} files.`,
  );
  for (const variable of inVariables)
    console.log(`Keep ${variable} apart from it: the platform was started with that variable.`);
}

async function restore(folder) {
  const manifest = await readManifest(folder);
  await check(folder);
  if (await exists(dataDir)) {
    const names = (await readdir(dataDir)).filter((name) => name !== 'local');
    if (names.length > 0) throw new Refusal(`The data folder ${dataDir} is not empty. Move it away first.`);
  }
  // The records of the provider `local` are its cloud: where there are any, they are newer than the backup.
  const keepsCloud = await exists(join(dataDir, 'local'));
  const elsewhere = await postgresOutside(join(folder, 'data'));
  await copy(join(folder, 'data'), dataDir, [
    ...(keepsCloud ? ['local'] : []),
    ...(elsewhere ? ['postgres'] : []),
  ]);
  if (elsewhere) {
    if (await exists(elsewhere)) throw new Refusal(`${elsewhere} exists. Move it away first.`);
    await copy(join(folder, 'data/postgres'), elsewhere);
    run('chown', ['--reference', join(folder, 'data/postgres/data'), elsewhere]);
  }
  if (manifest.database === 'dump') {
    if (!databaseUrl)
      throw new Refusal('DATABASE_URL must be the URL of the empty database to restore into.');
    run('pg_restore', [
      '--no-owner',
      '--exit-on-error',
      `--dbname=${databaseUrl}`,
      join(folder, 'database.dump'),
    ]);
  }
  console.log(`Restored the database and ${dataDir}. Put back what you need of these:`);
  for (const { from, file } of [{ from: workspace, file: 'workspace' }, ...manifest.outside])
    console.log(`  ${join(folder, file)} from ${from}`);
  console.log('Start the platform once with PROVISIONING_RESTORED=true.');
}

async function readManifest(folder) {
  try {
    return JSON.parse(await readFile(join(folder, 'backup.json'), 'utf8'));
  } catch {
    throw new Refusal(`${folder} is no backup: it has no readable backup.json.`);
  }
}

/** The SHA-256 of every file of a backup, by its path in it. */
async function sums(folder) {
  const files = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || name === 'backup.json') continue;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files[name] = hash.digest('hex');
  }
  return files;
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error)
    throw new Refusal(
      `${program} cannot be started (${error.code}). Install the client programs of Postgres.`,
    );
  if (status !== 0) throw new Refusal(`${program} failed with exit code ${status}.`);
}

const [what, folder, ...rest] = process.argv.slice(2);
const acts = { create, check, restore };
try {
  if (!Object.hasOwn(acts, what ?? '') || folder === undefined || rest.length > 0) throw new Refusal(USAGE);
  if (what !== 'create' && !(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new Refusal(`There is no folder ${folder}.`);
  await acts[what](resolve(folder));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  if (what === 'create' && folder !== undefined && !error.message.includes('exists.'))
    await rm(join(resolve(folder), 'backup.json'), { force: true });
  process.exitCode = 1;
}
