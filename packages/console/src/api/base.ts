/** `…/console/`, wherever a proxy puts it: this file is served from `…/console/assets/`. */
export const BASE = new URL('../', import.meta.url).pathname;
export const ORCHESTRATOR = new URL(`${BASE}api/orchestrator`, location.origin).href;
export const CONTROL_CENTER = new URL(`${BASE}api/control-center`, location.origin).href;

/** The gateway takes calls with this header alone: no page of another site can send it. */
export const OWN_HEADERS = { 'X-Provisioning-Console': '1' };

/** The address of what an operation of the orchestrator answers as plain text. @param show in the browser, not saved */
export function textUrl(path: string, show = false): string {
  return `${BASE}download/orchestrator${path}?as=text%2Fplain${show ? '&show=1' : ''}`;
}

/** The address of the audit records that match these filters, as a file. */
export function auditDownload(
  as: 'text/csv' | 'application/x-ndjson',
  query: Record<string, string>,
): string {
  return `${BASE}download/control-center/audit/logs?${new URLSearchParams({ ...query, as }).toString()}`;
}
