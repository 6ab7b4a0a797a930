import { describe, expect, it } from '@jest/globals';
import { DriverError } from './driver.js';
import { withoutLogin } from './without-login.js';

const { taskserv, cluster } = withoutLogin('UpCloud', 'PROVISIONING_SSH_KEY_FILE');
const context = { idempotencyKey: 'k' };
const wanted = { infra: 'i', provider: 'upcloud', version: null, attributes: {} } as const;

describe('task services of a driver without a login', () => {
  it('do not exist', async () => {
    expect(await taskserv.list('i')).toEqual([]);
    expect(await cluster.read('i', 'buildkit')).toBeNull();
  });

  it('are refused permanently, with the variable to set', async () => {
    const making = taskserv.create({ ...wanted, server: 'web-01', name: 'kubernetes' }, context);
    await expect(making).rejects.toThrow(DriverError);
    await expect(making).rejects.toMatchObject({
      permanent: true,
      message:
        'No task service can be installed at UpCloud: no SSH key for its servers is configured. ' +
        'Set PROVISIONING_SSH_KEY_FILE and restart. Nothing was changed.',
    });
    const building = cluster.create({ ...wanted, name: 'buildkit', servers: [] }, context);
    await expect(building).rejects.toThrow(/^No cluster can be installed at UpCloud/);
  });
});
