import type { Operation } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Request, Response } from 'express';
import { stateOf } from './request-state.js';

type Cursor = NonNullable<Operation['success']['list']>;

/** @throws Failure `malformed` (`bad_parameter`) where a query has both `after` and `offset`. */
export function refuseTwoPositions({ parameter }: Cursor, query: Record<string, unknown>): void {
  if (parameter !== 'after' || query['after'] === undefined || query['offset'] === undefined) return;
  throw new Failure('malformed', 'after must not be combined with offset. Leave one of them out.', {
    code: 'bad_parameter',
    details: [{ path: 'after', message: 'must not be combined with offset' }],
  });
}

/** Sets the headers that describe a page of a list (RFC 8288 for `Link`). */
export function setPaging(
  cursor: Cursor,
  request: Request,
  response: Response,
  page: { items: readonly unknown[]; total: number },
): void {
  // Every list operation declares both, with defaults; `operations.test.ts` of the contract holds that.
  // Safe cast: the query of a list was validated against `paged`.
  const query = stateOf(response).query as { limit: number; offset: number } & Record<string, unknown>;
  const { limit, offset } = query;
  const isByCursor = query[cursor.parameter] !== undefined && offset === 0;
  response.set({ 'X-Total-Count': String(page.total), 'X-Limit': String(limit) });
  if (!isByCursor) response.set('X-Offset', String(offset));
  const links = isByCursor
    ? linksOfCursor(cursor, request, limit, page.items)
    : linksOfOffset(request, limit, offset, page.total);
  if (links.length > 0) response.set('Link', links.map(([rel, url]) => `<${url}>; rel="${rel}"`).join(', '));
}

type Links = [rel: string, url: string][];

/** How many rows come before or after such a page is not known: a full page is expected to have a next one. */
function linksOfCursor(
  { parameter, member }: Cursor,
  request: Request,
  limit: number,
  items: readonly unknown[],
): Links {
  // Safe cast: items of lists are objects in every contract.
  const last = items.at(-1) as Record<string, unknown> | undefined;
  const first: Links = [['first', pageUrl(request, { limit, offset: 0, [parameter]: undefined })]];
  if (last === undefined || items.length < limit) return first;
  return [['next', pageUrl(request, { limit, [parameter]: last[member] })], ...first];
}

function linksOfOffset(request: Request, limit: number, offset: number, total: number): Links {
  const last = Math.max(0, Math.floor((total - 1) / limit) * limit);
  const offsets: [string, number][] = [];
  if (offset + limit < total) offsets.push(['next', offset + limit]);
  if (offset > 0) offsets.push(['prev', Math.max(0, Math.min(offset, total) - limit)]);
  if (total > 0) offsets.push(['first', 0], ['last', last]);
  return offsets.map(([rel, at]) => [rel, pageUrl(request, { offset: at, limit })]);
}

/** The request's own address with these query parameters; the others are kept. */
function pageUrl(request: Request, position: Record<string, unknown>): string {
  const url = new URL(request.originalUrl, 'http://relative');
  for (const [name, value] of Object.entries(position)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  return `${url.pathname}${url.search}`;
}
