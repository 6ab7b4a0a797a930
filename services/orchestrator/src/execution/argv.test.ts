import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import type { ClaimedTask } from '../domain/worker/ledger.js';
import { argvOf, SEQUENCE } from './argv.js';

const options = {
  programs: { provisioning: ['/opt/provisioning'] },
  commands: { say: '/bin/echo', no: '/bin/false' },
  sequence: SEQUENCE ?? '',
};
const task = (more: Partial<ClaimedTask>): ClaimedTask =>
  ({ program: 'commands', verb: [], args: [], undo: false, reconcile: false, ...more }) as ClaimedTask;

function printed(lines: string[]): string {
  const [program = '', ...args] = argvOf(task({ spec: { commands: lines } }), options);
  return execFileSync(program, args, { encoding: 'utf8', env: {} });
}

describe('the command line of a task', () => {
  it('is the configured program with verb and arguments, in check mode to reconcile', () => {
    const create = { program: 'provisioning', verb: ['servers', 'create'], args: ['--infra', 'x'] };
    expect(argvOf(task(create), options)).toEqual(['/opt/provisioning', 'servers', 'create', '--infra', 'x']);
    expect(argvOf(task({ ...create, reconcile: true }), options).at(-1)).toBe('--check');
  });

  it('uses only configured programs', () => {
    expect(() => argvOf(task({ program: '/bin/sh' }), options)).toThrow('no program "/bin/sh"');
    expect(() => argvOf(task({ spec: { commands: ['rm -rf /'] } }), options)).toThrow('BATCH_COMMANDS');
    expect(() => argvOf(task({ spec: { commands: ['constructor'] } }), options)).toThrow();
  });

  it('runs a sequence of commands without shell expansion', () => {
    expect(printed(['say one  two', 'say $(id) `id` ; | > * "x" \\', 'say -n last'])).toBe(
      'one two\n$(id) `id` ; | > * "x" \\\nlast',
    );
  });

  it('ends with the status of the first command that fails', () => {
    const [program = '', ...args] = argvOf(task({ spec: { commands: ['say a', 'no', 'say b'] } }), options);
    expect(spawnSync(program, args, { encoding: 'utf8', env: {} })).toMatchObject({
      status: 1,
      stdout: 'a\n',
    });
  });

  it('uses the undo commands for an undo', () => {
    const spec = { commands: ['say do'], undo_commands: ['say undo'] };
    expect(argvOf(task({ spec, undo: true }), options)).toContain('undo');
  });
});
