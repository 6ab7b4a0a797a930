import { codeOf } from '@provisioning/errors';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorSentence } from '@provisioning/command-line';
import { UsageError } from '../usage-error.js';

/** A named server with its credentials. `expiresAt` is ISO 8601. */
export interface Profile {
  url: string;
  controlCenterUrl?: string;
  username?: string;
  token?: string;
  expiresAt?: string;
}
interface Profiles {
  current: string;
  profiles: Record<string, Profile>;
}

/** Stores profiles in a file that only its owner can read. */
export class ProfileStore {
  constructor(private readonly file: string) {}

  async read(): Promise<Profiles> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { current: 'default', profiles: {} };
      throw new Error(systemErrorSentence(this.file, 'read', error), { cause: error });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new UsageError(`${this.file} is not valid JSON. Remove it and sign in again.`);
    }
    const profiles = profilesIn(value);
    if (profiles !== undefined) return profiles;
    throw new UsageError(
      `${this.file} must contain an object with current and profiles, and each profile must have a url. Remove the file and sign in again.`,
    );
  }

  /** Stores a profile and selects it. */
  async save(name: string, profile: Profile): Promise<void> {
    const { profiles } = await this.read();
    await this.#write({ current: name, profiles: { ...profiles, [name]: profile } });
  }

  /** Stores a profile without selecting it. */
  async update(name: string, profile: Profile): Promise<void> {
    const { current, profiles } = await this.read();
    await this.#write({ current, profiles: { ...profiles, [name]: profile } });
  }

  async #write(profiles: Profiles): Promise<void> {
    const draft = `${this.file}.${randomUUID()}`;
    try {
      await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      await writeFile(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      await chmod(draft, 0o600);
      await rename(draft, this.file);
    } catch (error) {
      throw new Error(systemErrorSentence(this.file, 'written', error), { cause: error });
    } finally {
      await rm(draft, { force: true }).catch(() => {});
    }
  }
}

/** The profiles of a parsed file; undefined if it has another shape. */
function profilesIn(value: unknown): Profiles | undefined {
  if (!isObject(value)) return undefined;
  const { current = 'default', profiles = {} } = value;
  return typeof current === 'string' && isObject(profiles) && hasOnlyProfiles(profiles)
    ? { current, profiles }
    : undefined;
}

function hasOnlyProfiles(values: Record<string, unknown>): values is Record<string, Profile> {
  return Object.values(values).every(isProfile);
}

function isProfile(value: unknown): value is Profile {
  if (!isObject(value) || typeof value['url'] !== 'string') return false;
  return ['controlCenterUrl', 'username', 'token', 'expiresAt'].every(
    (name) => value[name] === undefined || typeof value[name] === 'string',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
