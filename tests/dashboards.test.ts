import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { typeFaults } from './support/check-types.js';
import { dashboards, panelQueries } from './support/dashboards.js';

const REPOSITORY = join(import.meta.dirname, '..');

it('the dashboards have the members of their type, and ids of their own', () => {
  const all = dashboards();
  expect(all.map(({ uid }) => uid).sort()).toEqual([
    ...['provisioning-control-center', 'provisioning-operations', 'provisioning-services'],
  ]);
  const typed = (value: unknown) => ({ value, type: 'Dashboard', from: '@grafana/schema' });
  expect(typeFaults(all.map(typed))).toEqual([]);
  expect(typeFaults([typed({ ...all[0], panel: [] })]).join()).toContain('panel');
  for (const { panels } of all) expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

it('every query of the dashboards is PromQL', () => {
  const queries = panelQueries();
  expect(queries.length).toBeGreaterThan(40);
  expect(queries.filter(({ expr }) => hasFault(expr))).toEqual([]);
  expect(hasFault('sum by (job) (rate(up[5m])')).toBe(true);
});

it('every alert has a runbook', () => {
  const rules = parse(
    readFileSync(join(REPOSITORY, 'deploy/helm/provisioning/files/alerts.yml'), 'utf8'),
  ) as { groups: { rules: { alert: string; annotations: { runbook_url: string } }[] }[] };
  const alerts = rules.groups.flatMap((group) => group.rules);
  const page = 'docs/how-to/respond-to-alerts.md';
  const headings = readFileSync(join(REPOSITORY, page), 'utf8').match(/^## Provisioning\w+$/gm) ?? [];
  expect(headings.map((heading) => heading.slice(3))).toEqual(alerts.map(({ alert }) => alert));
  for (const { alert, annotations } of alerts)
    expect(annotations.runbook_url).toBe(`${page}#${alert.toLowerCase()}`);
});

function hasFault(query: string): boolean {
  let fault = false;
  parser.parse(query).iterate({
    enter: ({ type }) => {
      fault ||= type.isError;
    },
  });
  return fault;
}
