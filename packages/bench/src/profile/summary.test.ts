import { describe, expect, it } from '@jest/globals';
import { summaryOf, type Recording } from './summary.js';

const ROOT = 'file:///somewhere';

function recording(samples: [functionName: string, url: string, took: number][]): Recording {
  return {
    nodes: samples.map(([functionName, url], id) => ({
      id,
      callFrame: { functionName, url, lineNumber: 0 },
    })),
    samples: samples.map((_, id) => id),
    timeDeltas: samples.map(([, , took]) => took),
  };
}

describe('the summary of a recording', () => {
  it('divides the busy time among modules and functions', () => {
    const { busy, modules, functions } = summaryOf(
      recording([
        ['(idle)', '', 60],
        ['read', `${ROOT}/services/orchestrator/dist/src/postgres/rows.js`, 20],
        ['read', `${ROOT}/services/orchestrator/dist/src/postgres/rows.js`, 10],
        ['', `${ROOT}/packages/errors/dist/failure.js`, 4],
        ['parse', `${ROOT}/node_modules/.pnpm/pg@8.0.0/node_modules/pg/lib/query.js`, 3],
        ['(garbage collector)', '', 2],
        ['writev', '', 1],
      ]),
    );
    expect(busy).toBe(40);
    expect(modules).toEqual([
      { name: 'services/orchestrator/src/postgres/rows.ts', percent: 75 },
      { name: 'packages/errors/src/failure.ts', percent: 10 },
      { name: 'pg', percent: 7.5 },
      { name: '(garbage collector)', percent: 5 },
      { name: 'native code', percent: 2.5 },
    ]);
    expect(functions.map(({ name }) => name)).toEqual([
      'read in services/orchestrator/src/postgres/rows.ts',
      '(anonymous) in packages/errors/src/failure.ts',
      'parse in pg',
      '(garbage collector)',
      'writev in native code',
    ]);
  });

  it('leaves modules below a percent out', () => {
    const { modules } = summaryOf(
      recording([
        ['much', 'node:net', 995],
        ['little', 'node:fs', 5],
      ]),
    );
    expect(modules).toEqual([{ name: 'node:net', percent: 99.5 }]);
  });

  it('handles a process that did nothing', () => {
    expect(summaryOf(recording([['(idle)', '', 5]]))).toEqual({ busy: 0, modules: [], functions: [] });
  });
});
