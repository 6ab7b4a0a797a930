import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { testApi, type TestApi } from '../support/test-api.js';

const script = fileURLToPath(new URL('../../dist/src/list-questions.js', import.meta.url));

const SERVER = { name: 'web-01', plan: 'small', zone: 'de-fra1' };

interface Question {
  user_id?: string;
  action: string;
  resource: string;
  context: Record<string, unknown>;
  mode?: string;
}
interface Listing {
  workflows: number;
  batches: number;
  questions: Question[];
}

/** The part of the client's settings that the test reads. */
interface ClientConfig {
  connection: { connectionString: string };
}

describe('list-questions', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi({ BATCH_COMMANDS: 'true=/bin/true' });
  });
  afterAll(() => api.stop());

  const run = async (...args: string[]) => {
    const { connection } = api.database.client.config as ClientConfig;
    const env = { ...process.env, DATABASE_URL: connection.connectionString };
    const child = spawn(process.execPath, [script, ...args], { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, err };
  };
  const list = async (...args: string[]) => {
    const { code, out, err } = await run(...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Listing;
  };
  const inOrder = (questions: readonly Pick<Question, 'action' | 'resource' | 'context'>[]) =>
    questions.map(({ action, resource, context }) => JSON.stringify([action, resource, context])).sort();

  it('prints the questions of the submissions, each once', async () => {
    const operator = api.as('operator');
    const servers = { infra: 'eu', settings: 'servers.yaml', check_mode: false };
    const operations = [
      { id: 'a', type: 'server_batch', provider: 'local', infra: 'us', server_configs: [SERVER] },
      {
        id: 'b',
        type: 'taskserv_batch',
        provider: 'local',
        infra: 'us',
        taskservs: ['redis'],
        dependencies: ['a'],
      },
      { id: 'c', type: 'command_batch', infra: 'us', commands: ['true'] },
    ];
    await operator.post('/workflows/servers/create').send(servers).expect(200);
    await operator.post('/workflows/servers/create').send(servers).expect(200);
    await operator.post('/batch/execute').send({ name: 'nightly', operations }).expect(200);
    const { workflows, batches, questions } = await list('--from', '2026-01-01');
    expect({ workflows, batches }).toEqual({ workflows: 2, batches: 1 });
    const mustBeAllowed = inOrder(questions.filter(({ mode }) => mode === undefined));
    await waitFor(
      () => {
        const logged = api.access.decisions.map(({ action, resource, context }) => ({
          action,
          resource,
          context: JSON.parse(context) as Question['context'],
        }));
        return isDeepStrictEqual(mustBeAllowed, [...new Set(inOrder(logged))].sort());
      },
      { what: 'the same questions among the logged decisions' },
    );
    expect(new Set(questions.map(({ user_id }) => user_id)).size).toBe(1);
    expect(await list('--from', '2026-01-01', '--to', '2026-01-02')).toMatchObject({ questions: [] });
  });

  it.each([
    [[], 'The option --from is required. '],
    [['--form', '2026-01-01'], 'Unknown option "--form". '],
    [['--from'], 'The option --from needs a value: '],
    [['--from', '2026-02-31'], 'The option --from must be a date or a time, not "2026-02-31": '],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { code, out, err } = await run(...args);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(sentence) });
  });
});
