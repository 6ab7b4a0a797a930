import { describe, expect, it } from '@jest/globals';
import { dependenciesOf } from './work-order.js';

const work = (kind: string, name: string, servers?: string[], infra = 'i') => ({
  infra,
  changes: [{ kind, name, before: null, after: servers ? { servers } : {} }],
});

describe('the order of undo operations', () => {
  it('has each wait for those that share a server with it, and for no other', () => {
    const works = [
      work('cluster', 'k8s', ['a', 'b']),
      work('taskserv', 'a/redis'),
      work('server', 'a'),
      work('server', 'b'),
      work('server', 'c'),
    ];
    expect(dependenciesOf(works)).toEqual([[], [0], [1], [0], []]);
  });

  it('takes servers of one name in two infras for two', () => {
    expect(dependenciesOf([work('server', 'a'), work('server', 'a', undefined, 'other')])).toEqual([[], []]);
  });
});
