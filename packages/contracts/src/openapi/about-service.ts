import type { Service } from '../operation.js';
import type { Json } from './schema-components.js';

const CONVENTIONS = `
Every answer is wrapped: \`{"success": true, "data": …}\`, or \`{"success": false, "error": "…", "code": "…", "request_id": "…"}\`.

Ask for a version with \`Accept: application/vnd.provisioning.v1+json\`; without, it is v1.

Lists take \`limit\` (1 to 1000, 50 by default) and \`offset\`; the headers X-Total-Count, X-Limit, X-Offset and Link say where the page stands. In place of \`offset\`, \`after=<id of the last item>\` begins a page after that item, whether or not it still exists: pages read so neither skip nor repeat an item. Each list's \`x-cursor\` names the parameter, and the member of an item that it takes.

Requests are counted by the minute: \`x-rate-class\` tells which budget (auth 5 per IP, general 100 and batch 10 per user).
\`x-permission\` tells what the policies are asked.`;

interface About {
  title: string;
  url: string;
  description: string;
  tags: Record<string, string>;
}

const about: Record<Service, About> = {
  orchestrator: {
    title: 'Provisioning Orchestrator',
    url: 'http://localhost:9090',
    description: 'Runs workflows and batches, keeps the state of the infrastructure, and rolls it back.',
    tags: {
      Tasks: 'What runs, ran and waits to run',
      Workflows: 'Submitting work on servers, task services and clusters',
      Batches: 'Graphs of operations over several providers',
      State: 'Progress, inventory, drift, health and statistics',
      Rollback: 'Checkpoints, and going back to them',
      Events: 'What happens, as it happens',
      Webhooks: 'What happens, told to other systems',
      System: 'Health and metrics of the process',
    },
  },
  'control-center': {
    title: 'Provisioning Control Center',
    url: 'http://localhost:9080',
    description: 'Knows the users, decides by policies who may do what, and keeps the audit log.',
    tags: {
      Authentication: 'Signing in and out, sessions, second factors',
      Users: 'Who there is, and with which roles',
      Tokens: 'Long-lived tokens for programs',
      Policies: 'Who may do what, and why a decision fell as it did',
      Audit: 'What was done, by whom, provably complete',
      System: 'Health and metrics of the process',
    },
  },
};

/** `info`, `servers` and `tags` of a service's document. */
export function aboutService(service: Service, serverUrl: string | undefined): Json {
  const { title, url, description, tags } = about[service];
  return {
    info: {
      title,
      version: '1.0.0',
      description: `${description}\n${CONVENTIONS}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl ?? url }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
  };
}
