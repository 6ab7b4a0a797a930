import { compilePolicies, decide, type DecisionRequest, type PolicyDocument } from '@provisioning/policy';
import { rateOfSync, type Work } from '../compare.js';

const MS = 500;
const POLICIES = 1000;
const KINDS = ['servers', 'taskservs', 'clusters', 'batches', 'tasks'];

const request: DecisionRequest = {
  principal: { id: 'u-1', username: 'ada', email: 'ada@example.com', roles: ['operator'] },
  action: 'create',
  resource: 'servers:production',
  request: { time: new Date(), ip: '192.0.2.7', method: 'POST', path: '/workflows/servers/create' },
  context: { infra: 'production', check_mode: false },
};

/** Of a thousand policies for the same resource, each with a condition, so many hold. */
const MATCHING = 50;

/** A decision among a thousand policies with a condition each, a fifth of them about the same kind of thing. */
export function decisions(): Work {
  const thousand = compilePolicies(Array.from({ length: POLICIES }, policy), { revision: 1 });
  const crowded = compilePolicies(Array.from({ length: POLICIES }, crowdedPolicy), { revision: 1 });
  const one = compilePolicies([policy(null, 0)], { revision: 1 });
  const rate = (name: string, act: () => unknown) => ({
    name,
    measure: () => Promise.resolve(rateOfSync(act, MS)),
  });
  return {
    id: 'decisions',
    title: `Decide among ${POLICIES} policies with conditions`,
    unit: 'decisions/s',
    better: 'more',
    contenders: [
      rate('the same conditions as functions, one after the other', () => plain(request)),
      rate(`ours, ${POLICIES} policies`, () => decide(thousand, request)),
      rate(`ours, ${POLICIES} policies for one resource, ${MATCHING} match`, () => decide(crowded, request)),
      rate('ours, one policy', () => decide(one, request)),
    ],
  };
}

function policy(_: unknown, index: number): PolicyDocument {
  return {
    name: `policy-${index}`,
    version: '1.0.0',
    rules: [
      {
        effect: 'Allow',
        resource: `${KINDS[index % KINDS.length]!}:*`,
        action: ['create', 'read'],
        condition: `user.role == 'team-${index}' && request.ip.startsWith('192.') && !context.check_mode`,
      },
    ],
  };
}

function crowdedPolicy(_: unknown, index: number): PolicyDocument {
  const matches = index % (POLICIES / MATCHING) === 0;
  const condition = matches
    ? `context.infra == 'production' && request.ip != '198.51.100.${index}'`
    : `context.infra == 'infra-${index}' && request.time.getHours() >= 0`;
  return {
    name: `crowded-${index}`,
    version: '1.0.0',
    rules: [{ effect: 'Allow', resource: 'servers:*', action: ['create', 'read'], condition }],
  };
}

/** The same checks written without a policy engine. */
const rules = Array.from({ length: POLICIES }, (_, index) => ({
  kind: KINDS[index % KINDS.length]!,
  actions: new Set(['create', 'read']),
  condition: ({ principal, request: { ip }, context }: DecisionRequest) =>
    principal.roles.includes(`team-${index}`) && ip.startsWith('192.') && context['check_mode'] !== true,
}));

function plain(asked: DecisionRequest): boolean {
  const kind = asked.resource.slice(0, asked.resource.indexOf(':'));
  return rules.some((rule) => rule.kind === kind && rule.actions.has(asked.action) && rule.condition(asked));
}
