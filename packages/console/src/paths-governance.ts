import type { Action, AuditRecord } from '@provisioning/contracts';
import { day, defined, numberFrom, oneOf, text, type Given } from './search-values.js';

/** What the addresses of the pages about rights and records hold beside their path. */

/** The roles that the built-in policies give rights to. Policies may name others. */
export const ROLES = ['admin', 'operator', 'viewer', 'auditor', 'approver'] as const;
export const ENABLED = ['enabled', 'disabled'] as const;

/** The search of `/users`. */
export interface UserFilters {
  q?: string;
  role?: string;
  enabled?: (typeof ENABLED)[number];
  page?: number;
}

export const userFilters = (given: Given): UserFilters =>
  defined({
    q: text(given['q']),
    role: text(given['role']),
    enabled: oneOf(ENABLED, given['enabled']),
    page: numberFrom(given['page'], 2),
  });

/** The search of `/policies`. */
export interface PolicyFilters {
  q?: string;
  enabled?: (typeof ENABLED)[number];
}

export const policyFilters = (given: Given): PolicyFilters =>
  defined({ q: text(given['q']), enabled: oneOf(ENABLED, given['enabled']) });

const POLICY_TABS = ['rules', 'versions'] as const;

/** The search of the page of a policy. */
export interface PolicySearch {
  tab?: (typeof POLICY_TABS)[number];
  /** The revisions that are compared. */
  a?: number;
  b?: number;
}

export const policySearch = (given: Given): PolicySearch =>
  defined({
    tab: oneOf(POLICY_TABS, given['tab']),
    a: numberFrom(given['a'], 1),
    b: numberFrom(given['b'], 1),
  });

/** The actions that rules of policies name. */
export const POLICY_ACTIONS = [
  'create',
  'read',
  'update',
  'delete',
  'execute',
  'cancel',
  'restore',
  'simulate',
  'approve',
] as const satisfies readonly Action[];

/** The question of the page Who may. */
export interface WhoMaySearch {
  user?: string;
  /** Separated by commas. */
  roles?: string;
  action?: Action;
  resource?: string;
  infra?: string;
  /** ISO 8601; now where absent. */
  time?: string;
  ip?: string;
}

export const whoMaySearch = (given: Given): WhoMaySearch =>
  defined({
    user: text(given['user']),
    roles: text(given['roles']),
    action: oneOf(POLICY_ACTIONS, given['action']),
    resource: text(given['resource']),
    infra: text(given['infra']),
    time: text(given['time']),
    ip: text(given['ip']),
  });

/** The period whose decisions are replayed, as whole days in UTC. */
export interface ReplaySearch {
  from?: string;
  to?: string;
  user?: string;
}

export const replaySearch = (given: Given): ReplaySearch =>
  defined({ from: day(given['from']), to: day(given['to']), user: text(given['user']) });

/** What a record says came of an action. */
export const AUDIT_RESULTS = [
  'success',
  'denied',
  'failure',
] as const satisfies readonly AuditRecord['result'][];
/** The services that record actions. */
export const AUDIT_SERVICES = [
  'orchestrator',
  'control-center',
] as const satisfies readonly AuditRecord['service'][];

/** The search of `/audit`. */
export interface AuditFilters {
  /** The name of a user, or the id. */
  user?: string;
  action?: string;
  resource?: string;
  result?: (typeof AUDIT_RESULTS)[number];
  service?: (typeof AUDIT_SERVICES)[number];
  /** The id of a request. */
  request?: string;
  /** Whole days in UTC. */
  from?: string;
  to?: string;
  /** Only records before this number: pages by it do not move when records are added. */
  before?: number;
  /** The record whose details are open. */
  seq?: number;
}

export const auditFilters = (given: Given): AuditFilters =>
  defined({
    user: text(given['user']),
    action: text(given['action']),
    resource: text(given['resource']),
    result: oneOf(AUDIT_RESULTS, given['result']),
    service: oneOf(AUDIT_SERVICES, given['service']),
    request: text(given['request']),
    from: day(given['from']),
    to: day(given['to']),
    before: numberFrom(given['before'], 1),
    seq: numberFrom(given['seq'], 1),
  });

/** The period that `/audit/verify` checks. */
export interface VerifySearch {
  from?: string;
  to?: string;
}

export const verifySearch = (given: Given): VerifySearch =>
  defined({ from: day(given['from']), to: day(given['to']) });

const ACCOUNT_TABS = ['profile', 'password', 'second-factor', 'sessions', 'preferences'] as const;

/** The search of `/account`. */
export interface AccountSearch {
  tab?: (typeof ACCOUNT_TABS)[number];
}

export const accountSearch = (given: Given): AccountSearch =>
  defined({ tab: oneOf(ACCOUNT_TABS, given['tab']) });

/** The page of the webhooks, or of the deliveries of one. */
export interface WebhookFilters {
  page?: number;
}

export const webhookFilters = (given: Given): WebhookFilters =>
  defined({ page: numberFrom(given['page'], 2) });
