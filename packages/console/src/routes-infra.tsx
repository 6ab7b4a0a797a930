import { createRoute, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import {
  checkpointFilters,
  driftSearch,
  inventoryFilters,
  journalFilters,
  planFilters,
  rollbackFilters,
  rollbackSearch,
  submitSearch,
} from './paths-infra.js';
import { composeSearch } from './paths.js';

/** The pages about what exists, how it came to be, and how it is undone. */
export function infraRoutes<Parent extends AnyRoute>(parent: Parent) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/inventory',
      validateSearch: inventoryFilters,
      component: lazyRouteComponent(() => import('./pages/inventory/resource-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/inventory/$infra/$kind/$name',
      component: lazyRouteComponent(() => import('./pages/inventory/resource-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/journal',
      validateSearch: journalFilters,
      component: lazyRouteComponent(() => import('./pages/journal/journal-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/drift',
      validateSearch: driftSearch,
      component: lazyRouteComponent(() => import('./pages/drift/drift-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/checkpoints',
      validateSearch: checkpointFilters,
      component: lazyRouteComponent(() => import('./pages/checkpoints/checkpoint-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/checkpoints/$id',
      component: lazyRouteComponent(() => import('./pages/checkpoints/checkpoint-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/plans',
      validateSearch: planFilters,
      component: lazyRouteComponent(() => import('./pages/plans/plan-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/plans/$id',
      component: lazyRouteComponent(() => import('./pages/plans/plan-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/rollback',
      validateSearch: rollbackSearch,
      component: lazyRouteComponent(() => import('./pages/rollback/rollback-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/rollbacks',
      validateSearch: rollbackFilters,
      component: lazyRouteComponent(() => import('./pages/rollbacks/rollback-list.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/rollbacks/$id',
      component: lazyRouteComponent(() => import('./pages/rollbacks/rollback-progress.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/submit',
      validateSearch: submitSearch,
      component: lazyRouteComponent(() => import('./pages/submit/submit-page.js')),
    }),
    createRoute({
      getParentRoute,
      path: '/batches/new',
      validateSearch: composeSearch,
      component: lazyRouteComponent(() => import('./pages/batches/compose-page.js')),
    }),
  ] as const;
}
