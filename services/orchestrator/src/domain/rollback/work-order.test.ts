import { describe, expect, it } from '@jest/globals';
import { dependenciesOf } from './work-order.js';

const work = (kind: string, name: string, servers?: string[], infra = 'i') => ({
  infra,
  changes: [{ kind, name, before: null, after: servers ? { servers } : {} }],
});

describe('the order of undo operations', () => {
  it('makes each wait for those that share a server with it, and for no other', () => {
    const works = [
      work('cluster', 'k8s', ['a', 'b']),
      work('taskserv', 'a/redis'),
      work('server', 'a'),
      work('server', 'b'),
      work('server', 'c'),
    ];
    expect(dependenciesOf(works)).toEqual([[], [0], [1], [0], []]);
  });

  it('treats servers of the same name in two infras as two', () => {
    expect(dependenciesOf([work('server', 'a'), work('server', 'a', undefined, 'other')])).toEqual([[], []]);
  });
});
