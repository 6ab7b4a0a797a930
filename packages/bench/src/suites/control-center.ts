import pg from 'pg';
import type { Suite } from '../suite.js';
import { startControlCenter } from '../setting/control-center.js';
import { auditAppends, auditVerification, bareTable } from './audit.js';
import { decisions } from './decisions.js';
import { healthUnderFlood, signIns } from './sign-ins.js';
import { tokenVerification } from './tokens.js';

/** Identity, policies and audit. */
export const controlCenterSuite: Suite = {
  name: 'control-center',
  prepare: async () => {
    const service = await startControlCenter();
    const pool = new pg.Pool({
      connectionString: service.databaseUrl,
      max: 2,
      options: '-c search_path=control_center',
      application_name: 'bench',
    });
    pool.on('error', () => undefined);
    const stop = async () => {
      await pool.end();
      await service.stop();
    };
    try {
      await bareTable(pool);
      const works = [
        tokenVerification(),
        decisions(),
        await signIns(service),
        healthUnderFlood(service),
        auditAppends(service, pool),
        await auditVerification(service, pool),
      ];
      return { works, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
