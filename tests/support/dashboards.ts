import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../deploy/helm/provisioning/files/dashboards');

interface Panel {
  id: number;
  title: string;
  targets?: { expr: string }[];
}

/** The members of a dashboard that the tests read; the compiler checks the others. */
export interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

/** A query of a panel. */
export interface PanelQuery {
  /** `<title of the dashboard> / <title of the panel>` */
  panel: string;
  /** With a range in place of Grafana's variable. */
  expr: string;
}

/** The dashboards of the repository. */
export function dashboards(): Dashboard[] {
  return readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard);
}

/** Every query of every dashboard. */
export function panelQueries(): PanelQuery[] {
  return dashboards().flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({
        panel: `${title} / ${panel.title}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      })),
    ),
  );
}
