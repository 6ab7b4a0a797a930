import { fileURLToPath } from 'node:url';
import type { Keyring } from '@provisioning/auth-token';
import type { Authorizer, Binding } from '@provisioning/http-kit';
import { makeBuiltinPolicies } from '../domain/policy/builtin.js';
import { hasEditor } from '../domain/policy/editor-guard.js';
import { PoliciesInForce } from '../domain/policy/policies-in-force.js';
import { PolicyService } from '../domain/policy/policy-service.js';
import type { Clock } from '../domain/clock.js';
import type { PolicyRevision } from '../domain/policy/policy-store.js';
import type { UnitOfWork } from '../domain/unit-of-work.js';
import type { UserStore, UserWrites } from '../domain/user/user-store.js';
import { TrialService } from '../domain/trial/trial-service.js';
import { ThreadedTrials, type TrialLimits } from '../execution/threaded-trials.js';
import { decisionRoutes } from '../http/decisions.js';
import { internalPolicyRoutes } from '../http/internal-policies.js';
import { policyRoutes } from '../http/policies.js';
import { trialRoutes } from '../http/trials.js';
import { PostgresDecisionLog } from '../postgres/policies/decision-log.js';
import { DecisionWriter } from '../postgres/policies/decision-writer.js';
import { PostgresPolicyStore } from '../postgres/policies/policy-store.js';
import { loggingAuthorizer } from './logging-authorizer.js';
import type { Opened } from './resources.js';

const TRIAL_THREAD = fileURLToPath(new URL('../execution/trial-thread.js', import.meta.url));

/** What the policies are built from. */
export interface PolicyNeeds {
  opened: Opened;
  work: UnitOfWork;
  users: Pick<UserStore, 'findAll'>;
  keyring: Keyring;
  clock: Clock;
  /** Notifies the other processes of a change. */
  signal: () => void;
  /** The compiled `execution/trial-thread.js`. */
  trialThread?: string | undefined;
  trialLimits?: TrialLimits | undefined;
}

/** The parts that deal with policies. */
export interface Policies {
  authorizer: Authorizer;
  bindings: Binding[];
  revision: PolicyRevision;
  inForce: PoliciesInForce;
  /** Creates the built-in policies of a new platform, and brings the stored policies into force. */
  prepare(): Promise<void>;
  /**
   * Returns whether a user can sign in and change every policy under any request. Call it after {@link prepare}.
   */
  haveEditor(users: Pick<UserWrites, 'ableToSignIn'>): Promise<boolean>;
}

/** Policies and their changes, the policies in force, the log of decisions, and trials. */
export function composePolicies(needs: PolicyNeeds): Policies {
  const { work, keyring, clock, signal, trialThread = TRIAL_THREAD, trialLimits } = needs;
  const { database, registry, resources, log } = needs.opened;

  const policies = new PostgresPolicyStore(database);
  const inForce = new PoliciesInForce(policies, (error, revision) =>
    log.error('the stored policies cannot be used: every request is refused', { error, revision }),
  );
  const service = new PolicyService(policies, work, clock, async () => {
    signal();
    // The change is stored: where it cannot be read now, the periodic job brings it into force.
    await inForce.refresh().catch((error: unknown) => log.warn('the policies cannot be read', { error }));
  });
  const decisions = new PostgresDecisionLog(database);
  const writer = new DecisionWriter(decisions, log, registry);
  resources.add('decisions', () => writer.close());
  const trials = new ThreadedTrials(trialThread, trialLimits);
  resources.add('trials of policies', () => trials.close());
  return {
    authorizer: loggingAuthorizer(inForce.current, writer, log, registry),
    bindings: [
      ...policyRoutes(service),
      ...trialRoutes(new TrialService(policies, decisions, trials, needs.users), service, clock),
      ...decisionRoutes(decisions),
      ...internalPolicyRoutes(policies, keyring, clock),
    ],
    revision: policies,
    inForce,
    prepare: async () => {
      await makeBuiltinPolicies(work, clock);
      await inForce.refresh();
    },
    haveEditor: (users) => hasEditor(inForce.current(), users),
  };
}
