import {
  appendAudit,
  listAuditHeads,
  listAuditKeys,
  listAuditLogs,
  verifyAudit,
  type QueryOf,
} from '@provisioning/contracts';
import { on, page, reply, stream, type Binding, timeRange } from '@provisioning/http-kit';
import type { AuditFilter } from '../domain/audit/audit-log.js';
import type { AuditService } from '../domain/audit/audit-service.js';
import { actorOf } from './actor.js';
import { EXPORTS } from './present/audit-export.js';
import { eventOf, presentAuditRecord, presentCheckpoint, presentVerification } from './present/audit.js';
import { mustBeOf } from './sender.js';

/** Returns the operations on the audit trail. */
export function auditRoutes(audit: AuditService): Binding[] {
  return [
    on(listAuditLogs)(async (request) => {
      const { query, mediaType } = request;
      const by = actorOf(request);
      const filter = filterOf(query);
      const format = Object.entries(EXPORTS).find(([name]) => name === mediaType);
      if (format) {
        const [name, { filename, chunks }] = format;
        return stream(name, filename, chunks(await audit.export(filter, name, by)));
      }
      const { limit, offset, before, after } = query;
      const found = await audit.list({ ...filter, limit, offset, before, after }, by);
      return page(found.records.map(presentAuditRecord), found.total);
    }),
    on(verifyAudit)(async (request) => {
      const range = timeRange(request.query, 'malformed');
      return reply(presentVerification(await audit.verify(range, actorOf(request))));
    }),
    on(listAuditHeads)(async ({ query, mediaType }) => {
      if (mediaType !== undefined) return stream(mediaType, 'audit-heads.jsonl', checkpointLines(audit));
      const { checkpoints, total } = await audit.listCheckpoints(query);
      return page(checkpoints.map(presentCheckpoint), total);
    }),
    on(listAuditKeys)(() =>
      reply(
        audit
          .publicKeys()
          .map(({ id, pem }) => ({ key_id: id, algorithm: 'Ed25519' as const, public_key: pem })),
      ),
    ),
    on(appendAudit)(async ({ body, service }) => {
      mustBeOf(service, 'entries', body.entries);
      return reply({ kept: await audit.keep(body.entries.map(eventOf)) });
    }),
  ];
}

async function* checkpointLines(audit: AuditService): AsyncGenerator<string> {
  for (const checkpoint of await audit.allCheckpoints())
    yield `${JSON.stringify(presentCheckpoint(checkpoint))}\n`;
}

function filterOf(query: QueryOf<typeof listAuditLogs>): AuditFilter {
  const { user_id: userId, request_id: requestId, action, resource, result, service, username } = query;
  const range = timeRange({ from: query.from, to: query.to }, 'malformed');
  return { userId, requestId, action, resource, result, service, username, ...range };
}
