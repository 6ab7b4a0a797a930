import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolEnvironment } from '@provisioning/process';
import { SourceError } from '@provisioning/input/documents';

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Evaluates a file with the `nickel` program on PATH.
 * @param path an absolute path, so that a file name cannot be taken for an option
 * @returns the JSON, or undefined if there is no such program
 * @throws SourceError with nickel's message
 */
export async function exportWithNickel(path: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nickel', ['export', '--format', 'json', path], {
      // Settings are evaluated without the credentials of the providers in the environment.
      env: toolEnvironment(),
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      ...(signal ? { signal } : {}),
    });
    return stdout;
  } catch (error) {
    const { code, killed, stderr, message } = error as Error & {
      code?: unknown;
      killed?: boolean;
      stderr?: string;
    };
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    if (signal?.aborted) throw signal.reason;
    if (killed)
      throw new SourceError(`nickel gave no result within ${TIMEOUT_MS / 1000} seconds.`, undefined);
    throw new SourceError(`nickel rejects the file:\n${stderr?.trim() || message}`, undefined);
  }
}
