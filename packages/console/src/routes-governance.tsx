import { createRoute, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import {
  accountSearch,
  auditFilters,
  policyFilters,
  policySearch,
  replaySearch,
  userFilters,
  verifySearch,
  webhookFilters,
  whoMaySearch,
} from './paths-governance.js';

/** The pages about who may do what, and what was done. */
export function governanceRoutes<Parent extends AnyRoute>(parent: Parent) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/users',
      validateSearch: userFilters,
      component: lazyRouteComponent(() => import('./pages/users/user-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/users/new',
      component: lazyRouteComponent(() => import('./pages/users/user-new.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/users/$id',
      component: lazyRouteComponent(() => import('./pages/users/user-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/tokens',
      component: lazyRouteComponent(() => import('./pages/tokens/token-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies',
      validateSearch: policyFilters,
      component: lazyRouteComponent(() => import('./pages/policies/policy-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies/new',
      component: lazyRouteComponent(() => import('./pages/policies/policy-new.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies/who-may',
      validateSearch: whoMaySearch,
      component: lazyRouteComponent(() => import('./pages/policies/who-may.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies/$id',
      validateSearch: policySearch,
      component: lazyRouteComponent(() => import('./pages/policies/policy-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies/$id/edit',
      component: lazyRouteComponent(() => import('./pages/policies/policy-edit.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/policies/$id/replay',
      validateSearch: replaySearch,
      component: lazyRouteComponent(() => import('./pages/policies/replay.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/audit',
      validateSearch: auditFilters,
      component: lazyRouteComponent(() => import('./pages/audit/audit-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/audit/verify',
      validateSearch: verifySearch,
      component: lazyRouteComponent(() => import('./pages/audit/verify.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/account',
      validateSearch: accountSearch,
      component: lazyRouteComponent(() => import('./pages/account/account-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/webhooks',
      validateSearch: webhookFilters,
      component: lazyRouteComponent(() => import('./pages/webhooks/webhook-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/webhooks/new',
      component: lazyRouteComponent(() => import('./pages/webhooks/webhook-new.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/webhooks/$id',
      validateSearch: webhookFilters,
      component: lazyRouteComponent(() => import('./pages/webhooks/webhook-page.js')),
    }),
  ] as const;
}
