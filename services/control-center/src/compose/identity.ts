import { setTimeout as sleep } from 'node:timers/promises';
import type { Keyring } from '@provisioning/auth-token';
import type { Authenticator, Binding } from '@provisioning/http-kit';
import type { Knex } from 'knex';
import type { Configuration } from '../config.js';
import { apiTokenTexts } from '../credentials/api-token-texts.js';
import { commonPasswords } from '../credentials/common-passwords.js';
import { jwtTokens } from '../credentials/jwt-tokens.js';
import { noSecretBox, secretBox } from '../credentials/secret-box.js';
import { totp } from '../credentials/totp.js';
import { Delay } from '../domain/login/delay.js';
import { Lockout } from '../domain/login/lockout.js';
import { LoginService } from '../domain/login/login-service.js';
import { PasswordCheck } from '../domain/login/password-check.js';
import { PasswordService } from '../domain/login/password-service.js';
import { Reauthentication } from '../domain/login/reauthentication.js';
import { MfaService } from '../domain/mfa/mfa-service.js';
import { MfaRequirement } from '../domain/mfa/requirement.js';
import { SecondFactor } from '../domain/mfa/second-factor.js';
import { PolicySets } from '../domain/policy/policy-sets.js';
import type { Clock } from '../domain/clock.js';
import type { PolicyRevision } from '../domain/policy/policy-store.js';
import type { UnitOfWork } from '../domain/unit-of-work.js';
import type { PasswordHasher } from '../domain/user/password-hasher.js';
import type { UserStore } from '../domain/user/user-store.js';
import { AccessFeed } from '../domain/revocation/access-feed.js';
import { SessionService } from '../domain/session/session-service.js';
import { ApiTokenService } from '../domain/token/api-token-service.js';
import { authRoutes } from '../http/auth.js';
import { internalAccessRoutes } from '../http/internal-access.js';
import { mfaRoutes } from '../http/mfa.js';
import { tokenRoutes } from '../http/tokens.js';
import { PostgresApiTokenStore } from '../postgres/accounts/api-token-store.js';
import { PostgresLoginAttempts } from '../postgres/accounts/login-attempts.js';
import { PostgresMfaStore } from '../postgres/accounts/mfa-store.js';
import { PostgresRevocationLog } from '../postgres/accounts/revocation-log.js';
import { PostgresSessionStore } from '../postgres/accounts/session-store.js';
import { authenticator } from './authenticator.js';

/** What sign-in and its parts are built from. */
export interface IdentityNeeds {
  database: Knex;
  users: UserStore;
  work: UnitOfWork;
  hasher: PasswordHasher;
  keyring: Keyring;
  policyRevision: PolicyRevision;
  clock: Clock;
  /** Waits where sign-ins are delayed. */
  delay?: (milliseconds: number) => Promise<unknown>;
}

/** Sign-in, sessions, second factors and API tokens. */
export interface Identity {
  authenticate: Authenticator;
  bindings: Binding[];
  sessions: SessionService;
  apiTokens: ApiTokenService;
}

/** Sign-in, sessions, second factors, API tokens and the feed of their revocations. */
export function composeIdentity({ config, secrets }: Configuration, needs: IdentityNeeds): Identity {
  const { database, users, work, hasher, keyring, policyRevision, clock, delay = sleep } = needs;
  const { lifetimes } = config;
  const tokens = jwtTokens(keyring);
  const requirement = new MfaRequirement(config.requireAdminMfa);
  const scopeOf = (user: Parameters<MfaRequirement['scopeOf']>[0]) => requirement.scopeOf(user);
  const box = secrets.mfaKey === undefined ? noSecretBox : secretBox(secrets.mfaKey);

  const attempts = new PostgresLoginAttempts(database);
  const passwords = new PasswordCheck(
    users,
    hasher,
    new Lockout(attempts, clock),
    new Delay(attempts, clock, delay),
  );
  const mfaStore = new PostgresMfaStore(database);
  const secondFactor = new SecondFactor(mfaStore, totp, box, clock);
  const reauthentication = new Reauthentication(passwords, secondFactor, work);

  const sessionStore = new PostgresSessionStore(database);
  const sessions = new SessionService({ sessions: sessionStore, work, tokens, lifetimes, clock, scopeOf });
  const logins = new LoginService({ work, passwords, secondFactor, tokens, lifetimes, clock, scopeOf });
  const mfa = new MfaService({
    store: mfaStore,
    work,
    reauthentication,
    secondFactor,
    totp,
    box,
    requirement,
    clock,
    sets: new PolicySets(),
  });
  const ownPasswords = new PasswordService({
    work,
    hasher,
    common: commonPasswords,
    reauthentication,
    secondFactor,
    clock,
  });
  const store = new PostgresApiTokenStore(database);
  const apiTokens = new ApiTokenService({ store, work, texts: apiTokenTexts(keyring), requirement, clock });
  const feed = new AccessFeed(new PostgresRevocationLog(database), users, apiTokens, policyRevision, clock);
  return {
    authenticate: authenticator(sessions, apiTokens),
    sessions,
    apiTokens,
    bindings: [
      ...authRoutes(logins, sessions, ownPasswords),
      ...mfaRoutes(mfa),
      ...tokenRoutes(apiTokens),
      ...internalAccessRoutes(feed),
    ],
  };
}
