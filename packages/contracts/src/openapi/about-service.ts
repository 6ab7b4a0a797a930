import type { Service } from '../operation.js';
import type { Json } from './schema-components.js';

const CONVENTIONS = `
Every response has the same envelope: \`{"success": true, "data": …}\` or \`{"success": false, "error": "…", "code": "…", "request_id": "…"}\`.

Select an API version with \`Accept: application/vnd.provisioning.v1+json\`; the default is v1.

Lists accept \`limit\` (1 to 1000, 50 by default) and \`offset\`. The headers X-Total-Count, X-Limit, X-Offset and Link describe the page. Instead of \`offset\`, \`after=<id of the last item>\` starts the page after that item, even if the item no longer exists; such pages neither skip nor repeat an item. \`x-cursor\` of a list names the parameter and the field of an item that it accepts.

Requests are limited per minute; \`x-rate-class\` names the limit (auth: 5 per IP address; general: 100 and batch: 10 per user).
\`x-permission\` names the resource and the action that the policies must allow.`;

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
    description: 'Runs workflows and batches, stores the state of the infrastructure and rolls it back.',
    tags: {
      Tasks: 'Pending, running and ended tasks',
      Workflows: 'Create and delete servers, task services and clusters',
      Batches: 'Graphs of operations across providers',
      State: 'Progress, inventory, drift, health and statistics',
      Rollback: 'Checkpoints, rollback and restore',
      Events: 'Streams of events',
      Webhooks: 'Notifications of other systems over HTTP',
      System: 'Health and metrics of the process',
    },
  },
  'control-center': {
    title: 'Provisioning Control Center',
    url: 'http://localhost:9080',
    description: 'Manages users and policies, decides on access and stores the audit trail.',
    tags: {
      Authentication: 'Sign-in, sessions and multi-factor authentication',
      Users: 'Users and their roles',
      Tokens: 'Long-lived tokens for programs',
      Policies: 'Access policies and their decisions',
      Audit: 'Tamper-evident log of all actions',
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
