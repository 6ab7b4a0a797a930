import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { spawnNode, temporaryFolder } from '@provisioning/test-kit';

const MAIN = join(import.meta.dirname, '../../../scripts/load.mjs');

it('starts a platform, loads it through its API without one failed request, and leaves a report', async () => {
  const folder = await temporaryFolder('load');
  const run = spawnNode(MAIN, { args: ['--seconds', '3', '--clients', '4', '--out', folder.path] });
  try {
    const { code } = await run.exited;
    expect([code, run.output()]).toEqual([0, expect.stringMatching(/^submit workflow +[1-9]/m)]);
    const files = await readdir(folder.path);
    expect(files.map((name) => name.split('.').at(-1)).sort()).toEqual(['html', 'json', 'txt']);
    const page = files.find((name) => name.endsWith('.html'))!;
    expect(run.output()).toContain(`report: ${join(folder.path, page)}`);
    const { figures } = JSON.parse(
      await readFile(join(folder.path, page.replace(/html$/, 'json')), 'utf8'),
    ) as { figures: { operations: { operation: string; errors: number }[] } };
    expect(figures.operations.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['submit workflow', 'read task', 'list tasks']),
    );
    expect(figures.operations.filter(({ errors }) => errors > 0)).toEqual([]);
  } finally {
    await run.stop(30_000);
    await folder.remove();
  }
});
