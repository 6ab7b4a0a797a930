import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serve } from '../setting/children.js';
import { JWT_SECRET } from '../setting/control-center.js';
import { startPlatform } from '../setting/platform.js';
import type { Suite } from '../suite.js';
import { BARE_TABLES } from './api/bare-writer.js';
import { LoadClient } from './api/load-client.js';
import { healthUnderLongBodies } from './api/long-bodies.js';
import { reads, submissions } from './api/works.js';

const BARE_SERVER = fileURLToPath(new URL('./api/bare-server.js', import.meta.url));

const END_WAITING = `
  update orchestrator.tasks set status = 'Cancelled', completed_at = now() where status in ('Ready', 'Waiting');
  delete from orchestrator.locks;`;

/**
 * The API beside a server that only does the requested operation, on the same databases. There is no worker: submitted work
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
      const database = new pg.Pool({ connectionString: platform.databaseUrl, max: 1 });
      database.on('error', () => undefined);
      undo.push(() => database.end());
      await database.query(BARE_TABLES);
      const bare = await serve(BARE_SERVER, {
        DATABASE_URL: platform.databaseUrl,
        REDIS_URL: platform.redisUrl!,
        JWT_SECRET,
      });
      undo.push(() => bare.stop());
      const client = new LoadClient();
      undo.push(() => client.stop());
      const endWaiting = () => database.query(END_WAITING);
      const setting = { platform, bareUrl: bare.url, client, endWaiting };
      const works = [
        ...(await reads(setting)),
        submissions(setting),
        healthUnderLongBodies(platform, endWaiting),
      ];
      return { works, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
