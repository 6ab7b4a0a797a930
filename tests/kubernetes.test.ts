import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { typeFaults, type TypedValue } from './support/check-types.js';
import { dashboards } from './support/dashboards.js';
import { kubernetesTools } from './support/kubernetes-tools.js';

const REPOSITORY = join(import.meta.dirname, '..');
const CHART = join(REPOSITORY, 'deploy/helm/provisioning');
const MANIFESTS = join(REPOSITORY, 'deploy/kubernetes');

/** The members of an object of Kubernetes that the tests read; its other members are checked by the compiler. */
interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
  spec?: { groups?: unknown; template?: { spec: PodSpec } };
}

interface PodSpec {
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  containers: {
    name: string;
    securityContext?: Record<string, unknown>;
    env?: { name: string; value?: string }[];
    readinessProbe?: unknown;
    livenessProbe?: unknown;
  }[];
}

/** Values that use every switch of the chart. */
const EVERY_SWITCH = {
  image: { registry: 'registry.example.com/team', tag: 'v1', pullSecrets: ['registry'] },
  existingProviderSecret: 'providers',
  config: { LOG_LEVEL: 'warn' },
  workspace: { nfs: { server: 'files.example.com', path: '/workspace' } },
  controlCenter: { existingCheckpointsClaim: 'checkpoints' },
  worker: { drainSeconds: 600, separateCommandUser: true, storage: { size: '1Gi', className: 'fast' } },
  autoscaling: { kind: 'keda' },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { 'example.com/note': 'yes' },
    orchestratorHost: 'provisioning.example.com',
    controlCenterHost: 'access.example.com',
    tlsSecret: 'tls',
  },
  networkPolicy: { postgres: { port: 6432, to: [{ ipBlock: { cidr: '10.0.0.5/32' } }] } },
  monitoring: {
    serviceMonitor: { enabled: true, token: true },
    prometheusRule: { enabled: true },
    dashboards: { enabled: true },
    labels: { release: 'prometheus' },
  },
};

const tools = kubernetesTools();
if (typeof tools === 'string')
  process.stderr.write(`\nTHE TESTS OF THE KUBERNETES MANIFESTS ARE SKIPPED: ${tools}\n\n`);

(typeof tools === 'string' ? describe.skip : describe)('the chart', () => {
  const plain = objectsOf(readFileSync(join(MANIFESTS, 'provisioning.yaml'), 'utf8'));

  it('has no fault that helm lint knows', () => {
    expect(run('helm', ['lint', '--strict', CHART])).toMatchObject({ status: 0 });
  });

  it('renders what is in deploy/kubernetes, and kubectl adds only the namespace', () => {
    expect(byName(plain)).toEqual(byName(render()));
    const { status, stdout } = run('kubectl', ['kustomize', MANIFESTS]);
    expect(status).toBe(0);
    const namespace = objectsOf(readFileSync(join(MANIFESTS, 'namespace.yaml'), 'utf8'));
    expect(byName(objectsOf(stdout))).toEqual(byName([...plain, ...namespace]));
  });

  it('renders objects that have the members of their types, and no others', () => {
    const every = render(EVERY_SWITCH);
    const hpa = render({ autoscaling: { kind: 'hpa' } });
    expect([...new Set([...every, ...hpa].map(({ kind }) => kind))].sort()).toEqual([
      ...['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Ingress', 'Job', 'NetworkPolicy'],
      ...['PodDisruptionBudget', 'PrometheusRule', 'ScaledObject', 'Service', 'ServiceAccount'],
      ...['ServiceMonitor', 'StatefulSet'],
    ]);
    expect(typeFaults([...plain, ...every, ...hpa].map(typed))).toEqual([]);
    // The check itself: it finds a misspelt member and one that is missing.
    const [misspelt, incomplete] = [structuredClone(plain), structuredClone(plain)].map((objects) =>
      objects.find(({ kind }) => kind === 'StatefulSet'),
    );
    Object.assign(misspelt!.spec!.template!.spec, { terminationGracePeriod: 1 });
    Reflect.deleteProperty(incomplete!.spec!, 'selector');
    expect(typeFaults([typed(misspelt!)]).join()).toContain('"terminationGracePeriod"');
    expect(typeFaults([typed(incomplete!)]).join()).toContain('"selector"');
  });

  it('satisfies the Pod Security Standard `restricted`, without a token of the cluster', () => {
    const pods = podsOf(plain);
    expect(pods.map(({ name }) => name).sort()).toEqual([
      ...[
        'provisioning-control-center',
        'provisioning-migrate',
        'provisioning-orchestrator',
        'provisioning-worker',
      ],
    ]);
    for (const { pod } of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('gives a worker as long as its commands may run on, and 15 seconds', () => {
    const worker = podsOf(render(EVERY_SWITCH)).find(({ name }) => name === 'provisioning-worker')!.pod;
    expect(worker.terminationGracePeriodSeconds).toBe(615);
    expect(worker.containers[0]!.env).toContainEqual({ name: 'DRAIN_SECONDS', value: '600' });
  });

  it('asks every process that serves whether it is alive and ready', () => {
    const serving = podsOf(plain).filter(({ name }) => name !== 'provisioning-migrate');
    expect(serving).toHaveLength(3);
    for (const { pod } of serving)
      expect(pod.containers[0]).toMatchObject({
        readinessProbe: { httpGet: { path: '/readyz' } },
        livenessProbe: { httpGet: { path: '/livez' } },
      });
  });

  it('sets only variables that exist', () => {
    const documented = readFileSync(join(REPOSITORY, '.env.example'), 'utf8');
    const names = podsOf(render(EVERY_SWITCH)).flatMap(({ pod }) =>
      pod.containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !documented.includes(`\n#${name}=`))).toEqual([]);
  });

  it('installs the dashboards', () => {
    const installed = render(EVERY_SWITCH).find(
      ({ metadata }) => metadata.name === 'provisioning-dashboards',
    );
    const contents = Object.values(installed?.data ?? {}).map((text) => JSON.parse(text) as unknown);
    expect(contents).toEqual(dashboards());
  });

  it('installs the alert rules', () => {
    const rule = render(EVERY_SWITCH).find(({ kind }) => kind === 'PrometheusRule');
    const { groups } = parse(readFileSync(join(CHART, 'files/alerts.yml'), 'utf8')) as {
      groups: unknown;
    };
    expect(rule?.spec?.groups).toEqual(groups);
  });

  it.each([
    ['a secret among the variables', { config: { JWT_SECRET: 'x' } }, 'JWT_SECRET'],
    ['a name that it does not know', { workers: { replicas: 2 } }, 'workers'],
    ['an Ingress without a host', { ingress: { enabled: true } }, 'orchestratorHost'],
    ['a kind of scaling that it does not know', { autoscaling: { kind: 'vpa' } }, 'autoscaling'],
    ['no secret', { existingSecret: '' }, 'existingSecret'],
  ])('refuses %s', (_, values, named) => {
    const { status, stderr } = template(values);
    expect(status).not.toBe(0);
    expect(stderr).toContain(named);
  });
});

function run(tool: 'helm' | 'kubectl', args: readonly string[], input = '') {
  if (typeof tools === 'string') throw new Error(tools);
  return spawnSync(tools[tool], args, { encoding: 'utf8', input });
}

function template(values: object) {
  return run(
    'helm',
    ['template', 'provisioning', CHART, '--namespace', 'provisioning', '--values', '-'],
    JSON.stringify(values),
  );
}

function render(values: object = {}): KubernetesObject[] {
  const { status, stdout, stderr } = template(values);
  if (status !== 0) throw new Error(stderr);
  return objectsOf(stdout);
}

function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

function byName(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  const sorted = objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const);
  return new Map(sorted.sort(([a], [b]) => a.localeCompare(b)));
}

function podsOf(objects: readonly KubernetesObject[]): { name: string; pod: PodSpec }[] {
  return objects.flatMap(({ metadata, spec }) =>
    spec?.template ? [{ name: metadata.name, pod: spec.template.spec }] : [],
  );
}

/** The packages with the types of objects that are not Kubernetes' own, by API group. */
const OPERATORS: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

function typed(value: KubernetesObject): TypedValue {
  const { apiVersion, kind } = value;
  const types = OPERATORS[apiVersion.split('/')[0]!] ?? 'kubernetes-models';
  return { value, type: `I${kind}`, from: `${types}/${apiVersion}/${kind}` };
}
