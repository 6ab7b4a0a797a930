import { Failure } from '@provisioning/errors';
import type { AuditActor } from '../audit/audit-record.js';
import { codeUsed, type Reauthentication, type ReauthenticationRequest } from '../login/reauthentication.js';
import type { Clock } from '../clock.js';
import type { Stores, UnitOfWork } from '../unit-of-work.js';
import type { MfaStore } from './mfa-store.js';
import type { SecretBox } from './secret-box.js';
import type { Totp } from './totp.js';
import type { PolicySets } from '../policy/policy-sets.js';
import type { Writer } from '../policy/writer.js';
import { endApiTokens } from '../token/end-api-tokens.js';
import { mustHaveRightsOf } from '../user/user-guards.js';
import type { User } from '../user/user.js';
import { canonicalCode } from './code-text.js';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.js';
import type { MfaRequirement } from './requirement.js';
import type { CheckedCode, SecondFactor } from './second-factor.js';

/** How long a pending secret can be confirmed. */
const PENDING_MS = 15 * 60_000;

/** A pending secret, as shown to its user once. */
export interface Enrollment {
  /** Base32. */
  secret: string;
  url: string;
  /** Data URI of a picture of the URL. */
  qrCode: string;
}

/** What second factors are built from. */
export interface MfaNeeds {
  store: MfaStore;
  work: UnitOfWork;
  reauthentication: Reauthentication;
  secondFactor: SecondFactor;
  totp: Totp;
  box: SecretBox;
  requirement: MfaRequirement;
  sets: PolicySets;
  clock: Clock;
}

/** A user in their own session. */
export interface MfaOwner {
  userId: string;
  sessionId: string;
  actor: AuditActor;
}

/** Sets up, replaces and removes second factors. */
export class MfaService {
  constructor(private readonly needs: MfaNeeds) {}

  /** Creates a pending secret, which the same session must confirm; an active one stays active until then. */
  async enroll(request: ReauthenticationRequest, sessionId: string): Promise<Enrollment> {
    const { reauthentication, totp, box, clock } = this.needs;
    const code = await reauthentication.check(request);
    const secret = totp.newSecret();
    const sealed = box.seal(secret, request.userId);
    await this.#change(request, code, async ({ mfa, audit }) => {
      await mfa.setPending(request.userId, { sealed, at: clock(), sessionId });
      await audit.append(record(request, 'mfa.enroll'));
    });
    const url = totp.url(secret, request.username);
    return { secret, url, qrCode: await totp.qrCode(url) };
  }

  /** Activates the pending secret. @returns the recovery codes. */
  async confirm({ userId, sessionId, actor }: MfaOwner, code: string): Promise<string[]> {
    const { store, work, totp, box, clock } = this.needs;
    const now = clock();
    const pending = (await store.find(userId))?.pending;
    if (!pending || pending.sessionId !== sessionId || now.getTime() - pending.at.getTime() > PENDING_MS) {
      throw new Failure(
        'conflict',
        'No MFA enrolment of this session is pending, or it has expired. Start again with POST /auth/mfa/enroll.',
        { code: 'mfa_not_pending' },
      );
    }
    const step = totp.matchedStep(box.open(pending.sealed, userId), canonicalCode(code), now);
    if (step === undefined) {
      throw new Failure(
        'invalid',
        'The code is wrong. Check the clock of your device, and try the next code.',
        {
          code: 'mfa_invalid',
          details: [{ path: 'code', message: 'must be the current code' }],
        },
      );
    }
    const codes = makeRecoveryCodes();
    await work.run(async (stores) => {
      const user = await locked(stores, userId);
      if (!(await stores.mfa.activate(userId, pending.sealed, step, now))) {
        throw new Failure(
          'conflict',
          'Another enrolment has started since. Confirm with a code of the newest secret.',
          {
            code: 'mfa_not_pending',
          },
        );
      }
      await stores.mfa.replaceRecoveryCodes(userId, hashes(codes));
      await stores.users.setMfaEnabled(user, true, now);
      await stores.sessions.endOthersOf(userId, sessionId, 'mfa_changed', now);
      await stores.audit.append(record({ userId, actor }, 'mfa.confirm'));
    });
    return codes;
  }

  async disable(request: ReauthenticationRequest, sessionId: string): Promise<void> {
    const { reauthentication, requirement, clock } = this.needs;
    const { userId } = request;
    const code = await reauthentication.check(request);
    mustBeOn(code);
    await this.#change(request, code, async (stores, user) => {
      if (requirement.concerns(user)) {
        throw new Failure(
          'conflict',
          'Admins must have a second factor here. Enroll again to replace it instead.',
          {
            code: 'mfa_enrollment_required',
          },
        );
      }
      const now = clock();
      await stores.mfa.remove(userId);
      await stores.users.setMfaEnabled(user, false, now);
      await stores.sessions.endOthersOf(userId, sessionId, 'mfa_changed', now);
      await stores.audit.append(record(request, 'mfa.disable'));
    });
  }

  async renewRecoveryCodes(request: ReauthenticationRequest): Promise<string[]> {
    const code = await this.needs.reauthentication.check(request);
    mustBeOn(code);
    const codes = makeRecoveryCodes();
    await this.#change(request, code, async ({ mfa, audit }) => {
      await mfa.replaceRecoveryCodes(request.userId, hashes(codes));
      await audit.append(record(request, 'mfa.recovery_codes_renew'));
    });
    return codes;
  }

  /**
   * Removes the second factor of a user who lost their device and codes: they can sign in with the password alone and
   * enrol again. Their sessions and API tokens end.
   * @throws Failure `forbidden` for the writer's own factor, which {@link disable} removes, and for a user with more
   * rights.
   */
  async reset(userId: string, actor: AuditActor, writer: Writer): Promise<void> {
    const { work, clock, sets } = this.needs;
    if (userId === writer.id) throw ownFactor();
    await work.run(async (stores) => {
      const user = await locked(stores, userId);
      mustHaveRightsOf(await sets.of(stores.policies), writer, user);
      const now = clock();
      await stores.mfa.remove(userId);
      await stores.users.setMfaEnabled(user, false, now);
      await stores.sessions.endAllOf(userId, 'mfa_changed', now);
      const ended = await endApiTokens(stores, userId, now);
      await stores.audit.append({
        ...record({ userId, actor }, 'mfa.reset'),
        details: {
          before: { mfa_enabled: user.mfaEnabled },
          after: { mfa_enabled: false },
          ...(ended > 0 ? { api_tokens_ended: ended } : {}),
        },
      });
    });
  }

  /** Marks the code as used, in the transaction of the change it was given for. */
  async #change(
    request: ReauthenticationRequest,
    code: CheckedCode,
    act: (stores: Stores, user: User) => Promise<void>,
  ): Promise<void> {
    const { work, secondFactor } = this.needs;
    await work.run(async (stores) => {
      const user = await locked(stores, request.userId);
      if (!(await secondFactor.use(stores, request, code))) throw codeUsed();
      await act(stores, user);
    });
  }
}

async function locked({ users }: Stores, userId: string): Promise<User> {
  const user = await users.lock(userId);
  if (!user) throw new Failure('not_found', 'There is no such user. GET /users lists them.');
  return user;
}

function ownFactor(): Failure {
  return new Failure(
    'forbidden',
    'You cannot reset your own second factor. Remove it with POST /auth/mfa/disable, which requires your password and a code. Without a code, sign in with a recovery code or ask another admin.',
    { code: 'grant_not_held' },
  );
}

function mustBeOn(code: CheckedCode): void {
  if (code.kind !== 'none') return;
  throw new Failure('conflict', 'You have no second factor. POST /auth/mfa/enroll sets one up.', {
    code: 'mfa_not_enabled',
  });
}

function hashes(codes: readonly string[]): string[] {
  return codes.map((code) => hashRecoveryCode(code)!);
}

function record({ userId, actor }: { userId: string; actor: AuditActor }, action: string) {
  return { ...actor, action, resource: `users/${userId}`, result: 'success' as const, details: {} };
}
