/** What the address of each page holds beside its path. Values that are not known are left out. */
import { defined, numberFrom, oneOf, text, type Given } from './search-values.js';

export const TASK_STATUSES = ['Pending', 'Running', 'Completed', 'Failed', 'Cancelled'] as const;
export const BATCH_STATUSES = [...TASK_STATUSES, 'RollingBack', 'RolledBack'] as const;
const TASK_TABS = ['log', 'history', 'raw'] as const;
const BATCH_VIEWS = ['table', 'graph', 'timeline'] as const;

export interface TaskFilters {
  status?: (typeof TASK_STATUSES)[number];
  page?: number;
}
export interface BatchFilters {
  status?: (typeof BATCH_STATUSES)[number];
  page?: number;
}
export interface TaskSearch {
  tab?: (typeof TASK_TABS)[number];
  /** What is searched for in the log. */
  q?: string;
  /** The number of the line that is shown. */
  line?: number;
}
export interface BatchSearch {
  view?: (typeof BATCH_VIEWS)[number];
  status?: (typeof BATCH_STATUSES)[number];
  /** Only operations whose id holds this. */
  q?: string;
  /** The operation whose details are open. */
  op?: string;
}
export interface SignInSearch {
  next?: string;
}

export const taskFilters = (given: Given): TaskFilters =>
  defined({ status: oneOf(TASK_STATUSES, given['status']), page: numberFrom(given['page'], 2) });

export const batchFilters = (given: Given): BatchFilters =>
  defined({ status: oneOf(BATCH_STATUSES, given['status']), page: numberFrom(given['page'], 2) });

export const taskSearch = (given: Given): TaskSearch =>
  defined({
    tab: oneOf(TASK_TABS, given['tab']),
    q: text(given['q']),
    line: numberFrom(given['line'], 1),
  });

export const batchSearch = (given: Given): BatchSearch =>
  defined({
    view: oneOf(BATCH_VIEWS, given['view']),
    status: oneOf(BATCH_STATUSES, given['status']),
    q: text(given['q']),
    op: text(given['op']),
  });

/** `next` must be a path of the console: anything else could lead away. */
export const signInSearch = (given: Given): SignInSearch => {
  const next = text(given['next']);
  return next !== undefined && /^\/(?![/\\])/.test(next) ? { next } : {};
};

/** Every value as it is: `?status=Running&page=2`. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
