// The direction of dependencies (ARCHITECTURE.md) as rules: CI fails on an import that goes against it.
const pkg = (names) => `^packages/(${names})/`;
/** Packages that may be imported by the package of that name; everything else of ours is forbidden. */
const allowed = {
  errors: [],
  input: [],
  nickel: [],
  process: [],
  contracts: [],
  policy: ['contracts', 'errors'],
  'auth-token': ['errors'],
  runtime: ['errors', 'input'],
  'command-line': [],
  provisioner: ['command-line', 'errors', 'input', 'nickel', 'process'],
  'http-kit': ['contracts', 'errors', 'input', 'policy', 'runtime'],
  client: ['contracts'],
  cli: ['client', 'command-line', 'contracts', 'errors', 'input'],
  console: ['client', 'contracts'],
  embedded: ['process'],
  bench: ['auth-token', 'embedded', 'policy', 'process'],
  launcher: ['embedded', 'errors', 'process', 'runtime'],
  'load-test': ['embedded'],
  'test-kit': ['runtime', 'auth-token', 'errors', 'embedded'],
};
/** The same for services. Nothing but tests may import the test kit: no list has it. */
const shared = ['auth-token', 'contracts', 'errors', 'http-kit', 'input', 'policy', 'process', 'runtime'];
const allowedForServices = {
  'control-center': shared,
  orchestrator: [...shared, 'provisioner'],
};
const testFiles = '(\\.test\\.ts$|/test/|^tests/)';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(allowed).map(([name, to]) => ({
      name: `${name}-imports-only-${to.join('-') || 'nothing-of-ours'}`,
      severity: 'error',
      from: { path: `^packages/${name}/src`, pathNot: testFiles },
      to: { path: '^(packages|services)/', pathNot: pkg([name, ...to].join('|')) },
    })),
    ...Object.entries(allowedForServices).map(([name, to]) => ({
      name: `${name}-imports-only-the-packages-listed-for-it`,
      severity: 'error',
      from: { path: `^services/${name}/(src|migrations)/`, pathNot: testFiles },
      to: { path: '^packages/', pathNot: pkg(to.join('|')) },
    })),
    {
      name: 'console-pages-stand-alone',
      comment: 'pages → features → ui; what pages share moves to features/ or ui/.',
      severity: 'error',
      from: { path: '^packages/console/src/pages/([^/]+)/' },
      to: { path: '^packages/console/src/pages/', pathNot: '^packages/console/src/pages/$1/' },
    },
    {
      name: 'console-features-know-no-page',
      severity: 'error',
      from: { path: '^packages/console/src/(features|live|api|ui|format)/' },
      to: { path: '^packages/console/src/(pages|app)/' },
    },
    {
      name: 'console-ui-knows-no-data',
      severity: 'error',
      from: { path: '^packages/console/src/(ui|format)/' },
      to: { path: '^packages/console/src/(api|live|features)/' },
    },
    {
      name: 'console-calls-through-the-client',
      comment: 'Types of the contract cost nothing; its schemas would.',
      severity: 'error',
      from: { path: '^packages/console/src/', pathNot: testFiles },
      to: { path: '^packages/contracts/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'services-never-import-services',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'domain-knows-no-outside-thing',
      comment:
        'domain/ is plain TypeScript: it imports errors, policy, the UUID of a text and the pure comparison of what is wanted with what is.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/domain/', pathNot: testFiles },
      to: {
        path: '.',
        pathNot:
          '^(services/[^/]+/src/domain/|packages/(errors|policy)/|packages/runtime/src/hashed-id|packages/provisioner/src/plan/|node_modules/.*uuid)|^(node:)?crypto$',
      },
    },
    {
      name: 'edges-never-import-each-other',
      comment:
        'http, realtime, jobs, postgres, redis, execution, outbound, access-client, credentials, console meet only in compose/.',
      severity: 'error',
      from: {
        path: '^services/([^/]+)/src/(http|realtime|jobs|postgres|redis|execution|outbound|access-client|credentials|console)/',
        pathNot: testFiles,
      },
      to: {
        path: '^services/[^/]+/src/(http|realtime|jobs|postgres|redis|execution|outbound|access-client|credentials|console|compose)/',
        pathNot: '^services/$1/src/$2/',
      },
    },
    {
      name: 'knex-stays-in-postgres',
      severity: 'error',
      from: {
        path: '^services/[^/]+/src/',
        pathNot: ['/src/postgres/', '/src/compose/', '/src/migrate\\.ts$', testFiles],
      },
      to: { path: 'node_modules/.*/(knex|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'express-stays-in-http-and-realtime',
      comment: 'The web console is an edge of its own; compose/ puts the application together.',
      severity: 'error',
      from: {
        path: '^services/[^/]+/src/',
        pathNot: ['/src/(http|realtime|console|compose)/', testFiles],
      },
      to: { path: 'node_modules/.*/express/' },
    },
    {
      name: 'bullmq-stays-in-jobs',
      severity: 'error',
      from: {
        path: '^(packages|services)/[^/]+/src/',
        pathNot: ['/src/jobs/', '^packages/bench/', testFiles],
      },
      to: { path: 'node_modules/.*/bullmq/' },
    },
    {
      name: 'the-executor-stays-small',
      comment:
        'Spawning costs what its parent’s memory costs: no Express, Redis, BullMQ or knex in the executor.',
      severity: 'error',
      from: { path: '^services/orchestrator/src/(executor|spawner)\\.ts$' },
      to: { path: 'node_modules/.*/(express|bullmq|ioredis|knex|winston|ajv|typebox)/', reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|services)/[^/]+/dist/' },
    tsConfig: { fileName: 'tsconfig.depcruise.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
