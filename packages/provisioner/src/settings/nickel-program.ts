import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolEnvironment } from '@provisioning/process';
import { SourceError } from '@provisioning/input/documents';

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Has the configured `nickel` program evaluate a file.
 * @param program its path, or a name on PATH
 * @param path an absolute path, so that no name of a file can be taken for an option
 * @returns its JSON
 * @throws SourceError with what nickel says is wrong, or why it cannot be run
 */
export async function exportWithNickel(program: string, path: string, signal?: AbortSignal): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['export', '--format', 'json', path], {
      // Settings are evaluated without the credentials of the providers.
      env: toolEnvironment(),
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      ...(signal ? { signal } : {}),
    });
    return stdout;
  } catch (error) {
    // Safe cast: execFile rejects with such errors.
    const { code, killed, stderr, message } = error as Error & {
      code?: unknown;
      killed?: boolean;
      stderr?: string;
    };
    if (code === 'ENOENT' || code === 'EACCES') {
      throw new SourceError(
        `The program in PROVISIONING_NICKEL cannot be run (${code}): ${program}. Correct the path, or remove the variable ` +
          'to use the built-in evaluator.',
        undefined,
      );
    }
    if (signal?.aborted) throw signal.reason;
    if (killed)
      throw new SourceError(`nickel gave no result within ${TIMEOUT_MS / 1000} seconds.`, undefined);
    throw new SourceError(`nickel rejects the file:\n${stderr?.trim() || message}`, undefined);
  }
}
