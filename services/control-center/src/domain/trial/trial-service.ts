import { Failure, type FailureDetail } from '@provisioning/errors';
import type {
  DecisionRequest,
  Explanation,
  PolicyDocument,
  PolicyRule,
  Question,
} from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import { requestOf, type Effect } from '../decision/decision-record.js';
import { documentOf } from '../policy/policy.js';
import type { DecisionFilter, DecisionLog } from '../decision/decision-log.js';
import type { PolicyStore } from '../policy/policy-store.js';
import type { UserStore } from '../user/user-store.js';
import type { PolicyTrials, TrialSet } from './policy-trials.js';

/** A policy that is not stored. */
interface Draft {
  name: string;
  rules: readonly PolicyRule[];
  enabled?: boolean | undefined;
}

/** The policies to try out: other policies than those in force, or those in force with changes. */
export interface Supposition {
  policies?: readonly Draft[] | undefined;
  changed?: readonly Draft[] | undefined;
  enable?: readonly string[] | undefined;
  disable?: readonly string[] | undefined;
}

interface ChangedDecision {
  decisionId: string;
  action: string;
  resource: string;
  before: Effect;
  after: Effect;
}

/** The result of deciding past decisions again. */
export interface Replay {
  checked: number;
  /** At most {@link MOST_LISTED} of them. */
  changed: ChangedDecision[];
  changedInAll: number;
  truncated: boolean;
  complete: boolean;
}

/** A question about work of a user, which the log of decisions need not have. */
export interface ReplayedQuestion extends Pick<Question, 'action' | 'resource' | 'context'> {
  userId: string;
  /** Default: `allowed`. */
  mode?: 'allowed' | 'not_denied' | undefined;
}

interface RefusedQuestion {
  /** In the questions that were given. */
  index: number;
  userId: string;
  username: string;
  action: string;
  resource: string;
  decision: Effect;
}

/** The result of deciding given questions. */
export interface ReplayedQuestions {
  /** The number of questions decided. */
  checked: number;
  refused: RefusedQuestion[];
  /** Users who no longer exist, whose questions were not decided. */
  unknownUsers: string[];
}

const PAGE = 500;
const MOST_LISTED = 1000;

/** Answers what policies would decide. Changes nothing. */
export class TrialService {
  constructor(
    private readonly policies: PolicyStore,
    private readonly decisions: DecisionLog,
    private readonly trials: PolicyTrials,
    private readonly users: Pick<UserStore, 'findAll'>,
  ) {}

  check(rules: readonly PolicyRule[]): Promise<FailureDetail[]> {
    return this.trials.check(rules);
  }

  async simulate(supposition: Supposition, request: DecisionRequest): Promise<Explanation> {
    return this.trials.explain(await this.#setOf(supposition), request);
  }

  /** Decides the newest `limit` decisions of a time range again. */
  async replay(supposition: Supposition, filter: DecisionFilter, limit: number): Promise<Replay> {
    const set = await this.#setOf(supposition);
    const changed: ChangedDecision[] = [];
    let [checked, changedInAll, complete] = [0, 0, true];
    for await (const page of this.decisions.pages(filter, PAGE)) {
      const records = page.slice(0, limit - checked);
      const effects = await this.trials.decide(set, records.map(requestOf));
      records.forEach(({ id, action, resource, effect: before }, index) => {
        const after = effects[index] ?? before;
        if (after === before) return;
        changedInAll += 1;
        if (changed.length < MOST_LISTED) changed.push({ decisionId: id, action, resource, before, after });
      });
      checked += records.length;
      complete = records.length === page.length;
      if (!complete) break;
    }
    return { checked, changed, changedInAll, truncated: changedInAll > changed.length, complete };
  }

  /**
   * Decides questions for their users as they are now.
   * @param request the circumstances for conditions: stored work has none.
   */
  async replayQuestions(
    supposition: Supposition,
    questions: readonly ReplayedQuestion[],
    request: DecisionRequest['request'],
  ): Promise<ReplayedQuestions> {
    const set = await this.#setOf(supposition);
    const ids = [...new Set(questions.map(({ userId }) => userId))];
    const users = new Map((await this.users.findAll(ids)).map((user) => [user.id, user]));
    const decided = questions.flatMap((question, index) => {
      const user = users.get(question.userId);
      return user ? [{ index, question, user }] : [];
    });
    const refused: RefusedQuestion[] = [];
    for (let start = 0; start < decided.length; start += PAGE) {
      const page = decided.slice(start, start + PAGE);
      const effects = await this.trials.decide(
        set,
        page.map(({ user: { id, username, email, roles }, question: { action, resource, context } }) => ({
          principal: { id, username, email, roles },
          action,
          resource,
          context,
          request,
        })),
      );
      page.forEach(({ index, question: { userId, action, resource, mode }, user: { username } }, at) => {
        const decision = effects[at]!;
        const isRefused = mode === 'not_denied' ? decision === 'EXPLICIT_DENY' : decision !== 'ALLOW';
        if (isRefused) refused.push({ index, userId, username, action, resource, decision });
      });
    }
    return {
      checked: decided.length,
      refused,
      unknownUsers: ids.filter((id) => !users.has(id)),
    };
  }

  async #setOf({ policies, changed, enable, disable }: Supposition): Promise<TrialSet> {
    const deviates = [changed, enable, disable].some((list) => list !== undefined);
    if (policies && deviates) {
      throw suppositionFault(
        'policies',
        'must not be combined with changed, enable or disable, which change the policies in force',
      );
    }
    if (policies) return draftSet('drafts', policies.map(documentOfDraft));
    const { revision, documents } = await this.policies.inForce();
    if (!deviates) return { key: `revision:${revision}`, revision, documents, origin: 'stored' };
    const drafts = (changed ?? []).map(documentOfDraft);
    const names = new Set(drafts.map(({ name }) => name));
    await this.#mustExist('disable', disable);
    const enabled = await this.#mustExist('enable', enable);
    const rest = new Map(documents.map((document) => [document.id, document]));
    for (const policy of enabled) rest.set(policy.id, { ...documentOf(policy), enabled: true });
    for (const id of disable ?? []) rest.delete(id);
    // The drafts come first, so that the index of a fault is that of its draft.
    return draftSet('mixed', [...drafts, ...[...rest.values()].filter(({ name }) => !names.has(name))]);
  }

  async #mustExist(member: string, ids: readonly string[] = []) {
    return Promise.all(
      ids.map(async (id, index) => {
        const policy = await this.policies.find(id);
        if (policy) return policy;
        throw suppositionFault(`${member}[${index}]`, 'must be the id of a policy. GET /policies lists them');
      }),
    );
  }
}

function draftSet(origin: TrialSet['origin'], documents: readonly PolicyDocument[]): TrialSet {
  return { key: `draft:${uuidv7()}`, revision: 0, documents, origin };
}

function documentOfDraft({ name, rules, enabled = true }: Draft): PolicyDocument {
  return { name, version: 'draft', rules: [...rules], enabled };
}

function suppositionFault(path: string, message: string): Failure {
  return new Failure('invalid', `The ${path} ${message}.`, {
    code: 'validation_failed',
    details: [{ path, message }],
  });
}
