import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, requireAtLeast, type Logger, silentLogger } from '@provisioning/runtime';
import { waitFor } from '@provisioning/test-kit';
import { SCHEMA, SCHEMA_SOURCES } from '../../src/compose/resources.js';
import { serves, signaturesOf, type Signature } from '../support/function-signatures.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';
import { MIGRATIONS, testApi, type TestApi } from '../support/test-api.js';

/** A migration of a future version. */
const LATER = '29991231T2359_change_much';
const SOURCES = { ...SCHEMA_SOURCES, migrations: MIGRATIONS };

describe('while a newer version is rolled out', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await testApi();
    await api.database('migrations').insert({ name: `${LATER}.js`, batch: 99, migration_time: new Date() });
  });
  afterEach(() => api.stop());
  const readiness = () => api.anonymous.get('/readyz?verbose');

  it('an API of this version stays ready with migrations that it does not know', async () => {
    // The body names the check that fails.
    expect((await readiness()).body).toMatchObject({ success: true });
  });

  it('an API of this version is not ready once the schema requires a newer one', async () => {
    await requireAtLeast(api.database, SCHEMA, LATER);
    const { body } = await readiness().expect(503);
    expect(JSON.stringify(body)).toContain(`one with the migration ${LATER}: start that one.`);
  });

  it('`migrate` of this version leaves the schema unchanged', async () => {
    const state = async () => ({
      migrations: await api.database('migrations').orderBy('id'),
      functions: await api.database('function_sets').orderBy('hash'),
    });
    // As if the functions were those of the newer version.
    await api.database('function_sets').insert({ hash: 'newer', placed_at: new Date('2999-12-31') });
    const before = await state();
    const warnings: unknown[] = [];
    const log: Logger = Object.assign(Object.create(silentLogger) as Logger, {
      warn: (message: string, fields: object) => warnings.push({ message, ...fields }),
    });
    await migrate(api.database, SCHEMA, SOURCES, log);
    expect(await state()).toEqual(before);
    expect(warnings).toEqual([
      expect.objectContaining({
        unknown: [`${LATER}.js`],
        message: expect.stringContaining('newer version'),
      }),
    ]);
    await requireAtLeast(api.database, SCHEMA, LATER);
    await expect(migrate(api.database, SCHEMA, SOURCES, log)).rejects.toThrow('needs a newer version');
  });
});

describe('a worker that is too old for the schema', () => {
  let platform: TestPlatform;
  beforeEach(async () => {
    platform = await testPlatform();
  });
  afterEach(() => platform.stop());

  it('finishes running tasks, claims nothing more, and does not start again', async () => {
    const worker = await platform.startWorker();
    const go = `${platform.folder}/go`;
    const running = await platform.submit(`until [ -e ${go} ]; do sleep 0.05; done; echo done`);
    await platform.running(running);
    await requireAtLeast(platform.database, SCHEMA, LATER);
    await waitFor(() => worker.output().includes('needs a newer version of this program'));
    const waiting = await platform.submit('true');
    writeFileSync(go, '');
    expect(await platform.ended(running)).toMatchObject({ status: 'Completed', attempt: 1 });
    expect(await worker.exited).toMatchObject({ code: 0 });
    expect(await platform.find(waiting)).toMatchObject({ status: 'Ready', attempt: 0 });
    await expect(platform.startWorker()).rejects.toThrow('needs a newer version of this program');
  });
});

/**
 * functions-of-0.1.json has the functions that its programs call. With each release, it gets the list of that release:
 * the functions that `services/orchestrator/src` names. Functions that only other functions call are replaced together
 * with them.
 */
it('the functions serve programs of the previous release', async () => {
  const api = await testApi();
  try {
    const path = fileURLToPath(new URL('../support/functions-of-0.1.json', import.meta.url));
    const before = JSON.parse(readFileSync(path, 'utf8')) as Signature[];
    const now = await signaturesOf(api.database);
    const broken = before.filter((one) => !now.some((other) => serves(other, one)));
    expect(broken).toEqual([]);
    expect(before.map(({ name }) => name)).toEqual(expect.arrayContaining(['work_round', 'submit_batch']));
  } finally {
    await api.stop();
  }
});
