import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serve } from '../setting/children.js';
import { JWT_SECRET } from '../setting/control-center.js';
import { startPlatform } from '../setting/platform.js';
import type { Suite } from '../suite.js';
import { BARE_TABLES } from './api/bare-writer.js';
import { LoadClient } from './api/load-client.js';
import { reads, submissions } from './api/works.js';

const BARE_SERVER = fileURLToPath(new URL('./api/bare-server.js', import.meta.url));

/**
 * The API beside a server that does only what is asked of it, on the same databases. There is no worker: what is submitted
 * waits, and running it is measured elsewhere.
 */
export const apiSuite: Suite = {
  name: 'api',
  prepare: async () => {
    const undo: (() => Promise<unknown>)[] = [];
    const stop = async () => {
      for (let each = undo.pop(); each; each = undo.pop()) await each();
    };
    try {
      const platform = await startPlatform({ redis: true, workers: 0 });
      undo.push(() => platform.stop());
      await inDatabase(platform.databaseUrl, BARE_TABLES);
      const bare = await serve(BARE_SERVER, {
        DATABASE_URL: platform.databaseUrl,
        REDIS_URL: platform.redisUrl!,
        JWT_SECRET,
      });
      undo.push(() => bare.stop());
      const client = new LoadClient();
      undo.push(() => client.stop());
      const setting = { platform, bareUrl: bare.url, client };
      return { works: [...(await reads(setting)), submissions(setting)], stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

async function inDatabase(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statements).finally(() => client.end());
}
