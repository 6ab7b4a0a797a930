import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CuttingServer } from '../../../../client/test/support/cutting-server.js';
import { FakePlatform } from '../../../test/support/fake-platform.js';
import { shell } from '../../../test/support/shell.js';

let server: CuttingServer | FakePlatform | undefined;
afterEach(() => server?.stop());

describe('provctl audit export', () => {
  it('fails if the connection breaks and states that the export is incomplete', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n';
    server = await CuttingServer.start(() => `${head}a\r\nid,action\n\r\n`);
    const { code, out, err } = await shell(server.url, ['audit', 'export', '--format', 'csv']);
    expect({ code, out }).toEqual({ code: 6, out: 'id,action\n' });
    expect(err).toMatch(
      /^Failed {2}127\.0\.0\.1:\d+ closed the connection during the export\. The output is incomplete\.\n$/,
    );
  });

  it('reports why a file cannot be written', async () => {
    server = await FakePlatform.start({ listAuditLogs: { type: 'text/csv', text: 'id,action\n' } });
    const folder = await mkdtemp(join(tmpdir(), 'provctl-export-'));
    const file = join(folder, 'none', 'export.csv');
    expect(await shell(server.url, ['audit', 'export', '--format', 'csv', '--file', file])).toEqual({
      code: 1,
      out: '',
      err: `Failed  ${file} can't be written: it does not exist (ENOENT).\n`,
    });
    await rm(folder, { recursive: true });
  });
});
