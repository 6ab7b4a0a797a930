import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@provisioning/embedded';
import { run, serve } from './children.js';

const SERVICE = fileURLToPath(new URL('../../../../services/control-center/dist/src', import.meta.url));

/** The token secret of the benchmarks. */
export const JWT_SECRET = 'of-the-benchmark-alone-0123456789abcdefgh';
/** The password of the admin in benchmarks. */
export const ADMIN_PASSWORD = 'meadow-quartz-lantern-9';

/** A running control center. */
export interface ControlCenter {
  url: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** The control center on a separate embedded Postgres, without rate limits, otherwise with default settings. */
export async function startControlCenter(): Promise<ControlCenter> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (let each = undo.pop(); each; each = undo.pop()) await each();
  };
  try {
    const postgres = await startPostgres({ dataDir: folder, log: () => undefined });
    undo.push(() => postgres.stop());
    const environment = {
      DATABASE_URL: postgres.url,
      PROVISIONING_DATA_DIR: folder,
      CONTROL_CENTER_PORT: '0',
      JWT_SECRET,
      ADMIN_PASSWORD,
      RATE_LIMIT_AUTH: '0',
      RATE_LIMIT_GENERAL: '0',
      LOG_LEVEL: 'error',
    };
    await run(join(SERVICE, 'migrate.js'), environment);
    const service = await serve(join(SERVICE, 'api.js'), environment);
    undo.push(() => service.stop());
    return { url: service.url, databaseUrl: postgres.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
