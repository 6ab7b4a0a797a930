import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { BASE } from './api/base.js';
import { rightsQuery } from './api/rights.js';
import { sessionQuery, signedIn } from './api/session.js';
import { NotFound } from './app/not-found.js';
import { Failed } from './app/failed.js';
import { infraRoutes } from './routes-infra.js';
import { governanceRoutes } from './routes-governance.js';
import {
  batchFilters,
  batchSearch,
  healthSearch,
  parseSearch,
  signInSearch,
  stringifySearch,
  taskFilters,
  taskSearch,
} from './paths.js';

/** Every page of the console. Each is fetched when it is first opened. */
const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({ notFoundComponent: NotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.js')),
});

/** All that needs a session: without one it leads to the sign-in page, and from there back. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  // Apart from the sign-in page, which does without it.
  component: lazyRouteComponent(() => import('./app/app-frame.js'), 'AppFrame'),
  beforeLoad: async ({ context: { queries }, location }) => {
    const session = signedIn(await queries.ensureQueryData(sessionQuery));
    if (!session || session.scope !== null)
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    // No page asks for what would be refused.
    await queries.ensureQueryData(rightsQuery);
  },
});

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: async ({ context: { queries } }) => {
    // The navigation has an icon for each area, which the sign-in page does without.
    const [{ landingPage }, rights] = await Promise.all([
      import('./app/navigation.js'),
      queries.ensureQueryData(rightsQuery),
    ]);
    throw redirect({ to: landingPage(rights), search: {} });
  },
});

const overviewRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.js')),
});

const healthRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/health',
  validateSearch: healthSearch,
  component: lazyRouteComponent(() => import('./pages/health/health-page.js')),
});

const tasksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tasks',
  validateSearch: taskFilters,
  component: lazyRouteComponent(() => import('./pages/tasks/task-list.js')),
});

const taskRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tasks/$id',
  validateSearch: taskSearch,
  component: lazyRouteComponent(() => import('./pages/tasks/task-page.js')),
});

const batchesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/batches',
  validateSearch: batchFilters,
  component: lazyRouteComponent(() => import('./pages/batches/batch-list.js')),
});

const batchRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/batches/$id',
  validateSearch: batchSearch,
  component: lazyRouteComponent(() => import('./pages/batches/batch-page.js')),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    homeRoute,
    overviewRoute,
    healthRoute,
    tasksRoute,
    taskRoute,
    batchesRoute,
    batchRoute,
    ...infraRoutes(signedInRoute),
    ...governanceRoutes(signedInRoute),
  ]),
]);

export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    basepath: BASE,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultErrorComponent: Failed,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
