import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWithPromtool, promtool } from '@provisioning/test-kit';

const REPOSITORY = join(import.meta.dirname, '..');
const RULES = join(REPOSITORY, 'deploy/helm/provisioning/files/alerts.yml');

describeWithPromtool('the alert rules', () => {
  it('are accepted by Prometheus', () => {
    expect(promtool(['check', 'rules', RULES])).toMatchObject({
      status: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });

  it('fire when they should', () => {
    expect(promtool(['test', 'rules', join(import.meta.dirname, 'alert-rules.test.yml')])).toMatchObject({
      status: 0,
    });
  });
});

it('the alert rules and the page about metrics name only metrics that exist', () => {
  const sources = [
    'services/orchestrator/src/compose/platform-metrics.ts',
    'services/orchestrator/src/compose/queue-metrics.ts',
    'services/orchestrator/src/compose/worker.ts',
    'services/orchestrator/src/compose/audit.ts',
    'services/orchestrator/src/compose/access.ts',
    'services/orchestrator/src/compose/webhooks.ts',
    'services/orchestrator/src/realtime/metrics.ts',
    'packages/runtime/src/metrics.ts',
    'packages/http-kit/src/request-metrics.ts',
  ].map((path) => readFileSync(join(REPOSITORY, path), 'utf8'));
  const there = new Set(
    sources
      .join('\n')
      .match(/'(?:orchestrator|http|postgres|redis)_[a-z_]+'/g)
      ?.map((name) => name.slice(1, -1)),
  );
  const page = readFileSync(join(REPOSITORY, 'docs/how-to/monitor.md'), 'utf8');
  for (const text of [readFileSync(RULES, 'utf8'), page]) {
    const named = text.match(/\b(?:orchestrator|http_request|postgres|redis)_[a-z_]+/g) ?? [];
    const unknown = named.filter(
      (name) => !there.has(name.replace(/_(bucket|count|sum)$/, '')) && !there.has(name),
    );
    expect(unknown).toEqual([]);
  }
  const undocumented = [...there].filter(
    (name) => !page.includes(name) && name !== 'orchestrator_worker_slots',
  );
  expect(undocumented).toEqual([]);
});
