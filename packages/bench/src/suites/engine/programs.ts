import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRAPH } from '../../peers/graph.js';
import { GRAPH_SLOTS, SLOTS, TRUE } from '../../peers/task.js';

/** The version that a program prints; undefined if it is not installed. */
export function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0]!.trim();
  } catch (error) {
    // Safe cast: a value without a code is compared as undefined.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns milliseconds that `xargs` takes to run that many programs that do nothing */
export function runXargs(count: number): Promise<number> {
  const lines = Array.from({ length: count }, (_, index) => `${index}\n`).join('');
  return timed('xargs', [`-P${SLOTS}`, '-n1', ...TRUE], lines).then(({ ms }) => ms);
}

/** @returns milliseconds that `ninja` takes for the graph, with this command at each node */
export async function runNinja(command: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-bench-ninja-'));
  try {
    const edges = GRAPH.map((parents, index) =>
      [`build n${index}: run`, ...parents.map((parent) => `n${parent}`)].join(' '),
    );
    await writeFile(
      join(folder, 'build.ninja'),
      `rule run\n  command = ${command.join(' ')}\n${edges.join('\n')}\n`,
    );
    const { ms, printed } = await timed('ninja', [`-j${GRAPH_SLOTS}`, '-C', folder]);
    if (!printed.includes(`[${GRAPH.length}/${GRAPH.length}]`))
      throw new Error(`ninja has not run all of the graph:\n${printed.slice(-1_000)}`);
    return ms;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function timed(program: string, parameters: string[], input = ''): Promise<{ ms: number; printed: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    const keep = (chunk: Buffer) => {
      printed += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve({ ms: performance.now() - start, printed })
        : reject(new Error(`${program} ended with ${code}:\n${printed.slice(-1_000)}`)),
    );
    child.stdin.end(input);
  });
}
