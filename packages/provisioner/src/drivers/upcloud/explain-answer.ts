import { UpcloudError, type Again } from './upcloud-error.js';

/** An answer that is not a success. */
export interface BadAnswer {
  status: number;
  /** Parsed, or the raw text. */
  body: unknown;
  retryAfterMs: number | null;
}

const MAX_TEXT = 300;

/** Why UpCloud did not do something, in a sentence. @param act the action, for example `create server web-01` */
export function explainAnswer(act: string, { status, body, retryAfterMs }: BadAnswer): UpcloudError {
  const { code, text } = reasonIn(body);
  const because = [text, code && `(${code})`].filter(Boolean).join(' ') || `status ${status}`;
  const error = (message: string, again: Again, permanent: boolean) =>
    new UpcloudError(message, { again, permanent, status, code, retryAfterMs });
  if (status === 429) {
    const when = retryAfterMs === null ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} seconds`;
    return error(`UpCloud did not ${act}: too many requests. Run the command again ${when}.`, 'safe', false);
  }
  if (status >= 500) {
    return error(
      `UpCloud cannot ${act} now: ${because}. Run the command again later; completed steps are not repeated.`,
      'unsure',
      false,
    );
  }
  if (status < 400) {
    return error(
      `UpCloud did not ${act} and redirected to another address (status ${status}), to which credentials are not sent. ` +
        'Check UPCLOUD_DEBUG_API_BASE_URL.',
      'useless',
      true,
    );
  }
  const refused = `UpCloud did not ${act}: ${because}.`;
  const { advice, passing } = ADVICE.find(({ on }) => on.includes(code ?? status)) ??
    ADVICE.find(({ on }) => on.includes(status)) ?? {
      advice: 'Correct this and run the command again.',
      passing: false,
    };
  return error(`${refused} ${advice}`, 'useless', !passing);
}

/** By code and status: what to do, and whether it passes without a change by an operator. */
const ADVICE: readonly { on: readonly (string | number)[]; advice: string; passing: boolean }[] = [
  {
    on: [401],
    advice:
      'Check UPCLOUD_TOKEN, or UPCLOUD_USERNAME and UPCLOUD_PASSWORD, and that API access is allowed for them.',
    passing: false,
  },
  {
    on: ['INSUFFICIENT_CREDITS', 402],
    advice: "Add credit to the account in UpCloud's control panel, and run the command again.",
    passing: false,
  },
  {
    on: ['TRIAL_PLAN'],
    advice: 'The account is a trial account. Make a first payment, or request less.',
    passing: false,
  },
  {
    on: ['SERVER_CREATING_LIMIT_REACHED'],
    advice: 'Run the command again when the servers in creation are running, or lower parallel_limit.',
    passing: true,
  },
  {
    on: ['SERVER_RESOURCES_UNAVAILABLE'],
    advice:
      'UpCloud has no capacity in this zone. Run the command again later, or choose another zone or plan.',
    passing: true,
  },
  {
    on: [403],
    advice: 'Give the account or the token the permission for it, or use others.',
    passing: false,
  },
  { on: [408, 409, 425], advice: 'Run the command again.', passing: true },
];

/** UpCloud has two forms of errors; the media type does not identify the form. */
function reasonIn(body: unknown): { code: string | null; text: string } {
  const { error, type, title, invalid_params } = recordOf(body);
  const { error_code, error_message } = recordOf(error);
  if (typeof error_code === 'string') return { code: error_code, text: shown(error_message) };
  const [, code = null] = /#ERROR_([A-Z0-9_-]+)$/.exec(shown(type)) ?? [];
  const params = (Array.isArray(invalid_params) ? invalid_params : []).map((param) => {
    const { name, reason } = recordOf(param);
    return `${shown(name)}: ${shown(reason)}`;
  });
  return { code, text: [shown(title), ...params].filter(Boolean).join(', ') };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A text of UpCloud, for use within a sentence. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MAX_TEXT)
    .replace(/[.\s]+$/, '');
}
