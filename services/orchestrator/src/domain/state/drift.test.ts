import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../rollback/rollback.js';
import { driftOf } from './drift.js';
import type { Survey, SurveyedThing } from './survey.js';

const SERVER = { plan: 'small', zone: 'z', image: null, labels: {}, storage_gb: null, state: 'running' };
const TASKSERV = { version: '1', attributes: {} };

function resource(kind: 'server' | 'taskserv', name: string, more: Record<string, unknown> = {}): Resource {
  const own = {
    id: `id-${name}`,
    infra: 'i',
    name,
    provider: 'aws',
    ...(kind === 'server' ? SERVER : TASKSERV),
  };
  const times = { createdAt: new Date(0), updatedAt: new Date(0) };
  return {
    infra: 'i',
    kind,
    name,
    provider: 'aws',
    driver: 'aws',
    body: { ...own, ...more },
    version: 1,
    taskId: 't',
    ...times,
  };
}

function surveyOf(
  found: readonly Resource[],
  unanswered: Survey['infras'][number]['unanswered'] = [],
): Survey {
  const things = found.map(
    ({ kind, name, driver, body }) => ({ kind, name, driver, body }) as unknown as SurveyedThing,
  );
  return { drivers: ['aws'], infras: [{ infra: 'i', things, unanswered }] };
}

describe('drift', () => {
  it('reports a server that is stopped or in error, and none that is starting', () => {
    const inventory = ['a', 'b', 'c'].map((name) => resource('server', name));
    const now = surveyOf([
      resource('server', 'a', { state: 'stopped' }),
      resource('server', 'b', { state: 'error' }),
      resource('server', 'c', { state: 'starting' }),
    ]);
    expect(driftOf(inventory, now).differences).toMatchObject([
      { drift: 'changed', name: 'a', reason: 'differs in state' },
      { drift: 'changed', name: 'b', reason: 'differs in state' },
    ]);
  });

  it('does not report what is on a server that does not answer, and reports everything else', () => {
    const inventory = ['a/redis', 'b/redis', 'b/nginx'].map((name) => resource('taskserv', name));
    const silence = { driver: 'aws', kind: 'taskserv' as const, server: 'a', reason: 'It is away.' };
    const { differences } = driftOf(inventory, surveyOf([resource('taskserv', 'b/redis')], [silence]));
    expect(differences).toMatchObject([
      { drift: 'unknown', name: 'a/redis', reason: 'It is away.' },
      { drift: 'missing', name: 'b/nginx' },
    ]);
  });

  it('reports no missing server that may be the one that does not answer', () => {
    const inventory = ['a', 'b'].map((name) => resource('server', name));
    const silence = { driver: 'aws', kind: 'server' as const, server: null, reason: 'A host is away.' };
    const { differences } = driftOf(inventory, surveyOf([resource('server', 'a')], [silence]));
    expect(differences).toMatchObject([{ drift: 'unknown', name: 'b' }]);
  });
});
