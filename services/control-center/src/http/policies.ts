import {
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  updatePolicy,
} from '@provisioning/contracts';
import { on, page, reply, type Binding, type HandlerRequest } from '@provisioning/http-kit';
import type { PolicyService, PolicyWriter } from '../domain/policy/policy-service.js';
import { actorOf, writerOf } from './actor.js';
import { presentPolicy, presentVersion } from './present/policy.js';

/** Warnings in the sentence that answers an update: the contract has no other place for them. */
const MOST_WARNINGS = 3;

/** Returns the operations on policies. */
export function policyRoutes(policies: PolicyService): Binding[] {
  return [
    on(listPolicies)(async ({ query }) => {
      const found = await policies.list(query);
      return page(found.policies.map(presentPolicy), found.total);
    }),
    on(createPolicy)(async (request) => {
      const { answer, replayed } = await policies.create(
        request.body,
        policyWriterOf(request),
        request.idempotency,
      );
      return reply(answer, { location: `/policies/${answer.id}`, replayed });
    }),
    on(getPolicy)(async ({ params }) => {
      const policy = await policies.get(params.id);
      return reply(presentPolicy(policy), { headers: { ETag: `"${policy.revision}"` } });
    }),
    on(updatePolicy)(async (request) => {
      const { params, body, ifMatch } = request;
      const warnings = await policies.update(params.id, body, policyWriterOf(request), ifMatch);
      const said = warnings.map(({ path, message }) => ` ${path} ${message}.`).slice(0, MOST_WARNINGS);
      return reply(`Policy updated successfully${said.length > 0 ? `, but:${said.join('')}` : ''}`);
    }),
    on(deletePolicy)(async (request) => {
      await policies.remove(request.params.id, policyWriterOf(request), request.ifMatch);
      return reply('Policy deleted successfully');
    }),
    on(listPolicyVersions)(async ({ params, query }) => {
      const found = await policies.listVersions(params.id, query);
      return page(found.versions.map(presentVersion), found.total);
    }),
  ];
}

function policyWriterOf(
  request: Pick<HandlerRequest<never>, 'principal' | 'ip' | 'requestId'>,
): PolicyWriter {
  return { principal: writerOf(request), actor: actorOf(request) };
}
