import { replayDecisions, simulatePolicies, validatePolicy, type BodyOf } from '@provisioning/contracts';
import { on, reply, type Binding, timeRange } from '@provisioning/http-kit';
import type { DecisionRequest } from '@provisioning/policy';
import type { Clock } from '../domain/clock.js';
import type { PolicyService } from '../domain/policy/policy-service.js';
import type { ReplayedQuestions, Supposition, TrialService } from '../domain/trial/trial-service.js';
import { presentExplanation } from './present/explanation.js';

const MOST_PROBLEMS = 1000;

/** Returns the operations that try out policies. */
export function trialRoutes(
  trials: TrialService,
  policies: Pick<PolicyService, 'warningsOf'>,
  clock: Clock,
): Binding[] {
  const replayed = (
    questions: NonNullable<BodyOf<typeof replayDecisions>['questions']>,
    supposition: Supposition,
    ip: string,
  ) =>
    trials.replayQuestions(
      supposition,
      questions.map(({ user_id: userId, context = {}, ...question }) => ({ ...question, userId, context })),
      circumstances({}, ip, clock()),
    );
  return [
    on(validatePolicy)(async ({ body }) => {
      const problems = (await trials.check(body.rules)).slice(0, MOST_PROBLEMS);
      const isValid = problems.length === 0;
      const warnings = isValid ? await policies.warningsOf(body.rules) : [];
      return reply({ valid: isValid, problems, ...(warnings.length > 0 ? { warnings } : {}) });
    }),
    on(simulatePolicies)(async ({ body, ip }) => {
      return reply(presentExplanation(await trials.simulate(body, requestOf(body, ip, clock()))));
    }),
    on(replayDecisions)(async ({ body, ip }) => {
      const { from, to, user_id: userId, limit, questions } = body;
      const range = timeRange({ from, to }, 'invalid');
      // The schema requires `from`.
      const filter = { from: range.from!, to: range.to, userId };
      const { checked, changed, truncated, complete, changedInAll } = await trials.replay(
        body,
        filter,
        limit,
      );
      return reply({
        checked,
        unchanged: checked - changedInAll,
        changed: changed.map(({ decisionId, ...rest }) => ({ decision_id: decisionId, ...rest })),
        truncated,
        complete,
        ...(questions ? { questions: presentQuestions(await replayed(questions, body, ip)) } : {}),
      });
    }),
  ];
}

/** Fields that are left out are those of a plain request of the caller. */
function requestOf(body: BodyOf<typeof simulatePolicies>, ip: string, now: Date): DecisionRequest {
  const { principal, action, resource, context = {}, request = {} } = body;
  const { id = '', username = '', email = '', roles } = principal;
  return {
    principal: { id, username, email, roles },
    action,
    resource,
    context,
    request: circumstances(request, ip, now),
  };
}

function circumstances(
  request: NonNullable<BodyOf<typeof simulatePolicies>['request']>,
  ip: string,
  now: Date,
): DecisionRequest['request'] {
  return {
    time: request.time === undefined ? now : new Date(request.time),
    ip: request.ip ?? ip,
    method: request.method ?? 'POST',
    path: request.path ?? '/',
  };
}

function presentQuestions({ checked, refused, unknownUsers }: ReplayedQuestions) {
  return {
    checked,
    refused: refused.map(({ userId, ...rest }) => ({ user_id: userId, ...rest })),
    unknown_users: unknownUsers,
  };
}
