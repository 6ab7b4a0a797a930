/** What the address of each page holds beside its path. Values that are not known are left out. */
import {
  BATCH_STATUSES,
  SERIES_RANGES,
  TASK_KINDS,
  TASK_STATUSES,
  type SeriesRange,
} from '@provisioning/contracts/statuses';
import { day, defined, numberFrom, oneOf, someOf, text, type Given } from './search-values.js';

const TASK_TABS = ['log', 'plan', 'changes', 'history', 'raw'] as const;
const BATCH_VIEWS = ['table', 'graph', 'timeline'] as const;

/** The search of `/tasks`. */
export interface TaskFilters {
  status?: (typeof TASK_STATUSES)[number][];
  kind?: (typeof TASK_KINDS)[number];
  infra?: string;
  /** The name of a user. */
  by?: string;
  /** The id of a batch. */
  batch?: string;
  /** A part of the name, the operation or the id. */
  q?: string;
  /** The first and the last day on which they were submitted, such as `2026-01-31`. */
  from?: string;
  to?: string;
  page?: number;
}

/** The search of `/batches`. */
export interface BatchFilters {
  status?: (typeof BATCH_STATUSES)[number][];
  /** A part of the name. */
  name?: string;
  infra?: string;
  by?: string;
  from?: string;
  to?: string;
  page?: number;
}

/** The search of the page of a task. */
export interface TaskSearch {
  tab?: (typeof TASK_TABS)[number];
  /** What is searched for in the log. */
  q?: string;
  /** The number of the line that is shown. */
  line?: number;
}

/** The search of the page of a batch. */
export interface BatchSearch {
  view?: (typeof BATCH_VIEWS)[number];
  status?: (typeof BATCH_STATUSES)[number][];
  /** Only operations whose id holds this. */
  q?: string;
  /** The operation whose details are open. */
  op?: string;
}

/** The search of `/health`. */
export interface HealthSearch {
  /** The period of the charts; a day without it. */
  range?: SeriesRange;
}

/** The search of `/sign-in`: the page to show afterwards. */
export interface SignInSearch {
  next?: string;
}

export const taskFilters = (given: Given): TaskFilters =>
  defined({
    status: someOf(TASK_STATUSES, given['status']),
    kind: oneOf(TASK_KINDS, given['kind']),
    infra: text(given['infra']),
    by: text(given['by']),
    batch: text(given['batch']),
    q: text(given['q']),
    from: day(given['from']),
    to: day(given['to']),
    page: numberFrom(given['page'], 2),
  });

export const batchFilters = (given: Given): BatchFilters =>
  defined({
    status: someOf(BATCH_STATUSES, given['status']),
    name: text(given['name']),
    infra: text(given['infra']),
    by: text(given['by']),
    from: day(given['from']),
    to: day(given['to']),
    page: numberFrom(given['page'], 2),
  });

export const taskSearch = (given: Given): TaskSearch =>
  defined({
    tab: oneOf(TASK_TABS, given['tab']),
    q: text(given['q']),
    line: numberFrom(given['line'], 1),
  });

export const batchSearch = (given: Given): BatchSearch =>
  defined({
    view: oneOf(BATCH_VIEWS, given['view']),
    status: someOf(BATCH_STATUSES, given['status']),
    q: text(given['q']),
    op: text(given['op']),
  });

export const healthSearch = (given: Given): HealthSearch =>
  defined({ range: oneOf(SERIES_RANGES, given['range']) });

/** `next` must be a path of the console: anything else could lead away. */
export const signInSearch = (given: Given): SignInSearch => {
  const next = text(given['next']);
  return next !== undefined && /^\/(?![/\\])/.test(next) ? { next } : {};
};

/** Every value as it is: `?status=Running&page=2`. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes a search as a query, without parameters that have no value. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The search of `/batches/new`. */
export interface ComposeSearch {
  /** The id of a batch whose request is opened. */
  from?: string;
}

export const composeSearch = (given: Given): ComposeSearch => defined({ from: text(given['from']) });
