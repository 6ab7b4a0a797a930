import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Playground, settingsOf } from './command.js';

const CREATE = ['servers', 'create', '--infra', 'production', '--settings', 'config.yaml'];
const LIST = ['servers', 'list', '--infra', 'production'];

let playground: Playground;
beforeEach(async () => {
  playground = await Playground.create();
  await playground.write('production/config.yaml', settingsOf({ name: 'web-01' }));
});
afterEach(() => playground.remove());

const names = async () => {
  const { stdout } = await playground.run(...LIST, '--output', 'json');
  return (JSON.parse(stdout) as { servers: { name: string }[] }).servers.map(({ name }) => name);
};

describe('output of provisioning that cannot be written', () => {
  it.each([
    ['create', CREATE],
    ['create --output json', [...CREATE, '--output', 'json']],
    ['create --check', [...CREATE, '--check']],
    ['list', LIST],
    ['list --output json', [...LIST, '--output', 'json']],
    ['--help', ['--help']],
  ])('is a failure with a sentence: %s', async (_what, args) => {
    await playground.run(...CREATE);
    const { status, stderr } = await playground.start(args, {}, { stdout: 'full' }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/(^|\n)Error: The output can't be written: no space is left \(ENOSPC\)\.\n$/);
  });

  it('does not stop the work', async () => {
    expect((await playground.start(CREATE, {}, { stdout: 'full' }).ended).status).toBe(1);
    expect(await names()).toEqual(['web-01']);
  });

  it('is not a failure if its reader has closed it: the status is that of the work', async () => {
    const create = await playground.start(CREATE, {}, { stdout: 'closed' }).ended;
    expect(create).toMatchObject({ status: 0, stderr: expect.not.stringContaining('Error') });
    expect(await names()).toEqual(['web-01']);
    const missing = [...CREATE.slice(0, -1), 'none.yaml', '--output', 'json'];
    const failed = await playground.start(missing, {}, { stdout: 'closed' }).ended;
    expect(failed).toMatchObject({ status: 3, stderr: expect.stringMatching(/^Error: /) });
  });
});
