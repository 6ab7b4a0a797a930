import { codeOf } from '@provisioning/errors';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSigned, signText, type Keyring } from '@provisioning/auth-token';
import type { KeptAccess } from './access-state.js';

const PURPOSE = 'access-file';

/** The content of the file: the JSON text of a {@link KeptAccess}, signed with the secret that the services share. */
interface SignedFile {
  content: string;
  kid: string;
  signature: string;
}

/** The last valid policies and revocations in a file of the data directory. Several processes may share it. */
export class AccessFile {
  constructor(
    private readonly path: string,
    private readonly keyring: Keyring,
  ) {}

  /**
   * @returns undefined if the file does not exist
   * @throws Error if the file cannot be read, or was not signed with an accepted secret
   */
  async read(): Promise<KeptAccess | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    // The file may contain anything: the signature covers `content` and is checked before it is parsed.
    // Safe cast: a file of other content lacks the members, or its signature is wrong.
    const { content, kid, signature } = JSON.parse(text) as Partial<SignedFile>;
    if (!content || !kid || !signature || !isSigned(this.keyring, PURPOSE, content, { kid, signature }))
      throw new Error(`${this.path} is not signed with the secret that the services share`);
    // Safe cast: signed by a process of this service, it has the shape that `write` gave it.
    return JSON.parse(content) as KeptAccess;
  }

  /** Atomic: if the process dies meanwhile, the former file stays. */
  async write(kept: KeptAccess): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const draft = `${this.path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    const content = JSON.stringify(kept);
    const file: SignedFile = { content, ...signText(this.keyring, PURPOSE, content) };
    try {
      await writeFile(draft, JSON.stringify(file), { mode: 0o600 });
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}
