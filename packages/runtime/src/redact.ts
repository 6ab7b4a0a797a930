const SECRET_KEY =
  /^(authorization|cookie|set-cookie|.*password.*|.*secret.*|mfa_code|.*token|ticket|private_?key|api_?key|pepper)$/i;
const SECRET_SHAPE =
  /\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?|\bprv_[\w-]{8,}|(\/\/[^/\s:@]*:)[^/\s@]+@|([?&](?:token|ticket)=)[^&\s"]+/g;
/** Part of every text that the two expressions above match; a backslash may hide one of them in JSON. */
const SIGN_OF_SECRET =
  /authorization|cookie|password|secret|mfa_code|token|ticket|private|api_?key|pepper|eyJ|prv_|\/\/|\\/i;
const MASK = '[redacted]';
const MAX_DEPTH = 8;

/** Masks texts that look like secrets: tokens, passwords in URLs, `?token=`. */
export function redactText(text: string): string {
  return text.replace(SECRET_SHAPE, (_all, _signature: string, userinfo?: string, parameter?: string) =>
    userinfo ? `${userinfo}${MASK}@` : parameter ? `${parameter}${MASK}` : MASK,
  );
}

/**
 * Whether `redact` may change the value of this JSON text. False is certain, and found without parsing the text; true is not.
 */
export function mayHoldSecrets(json: string): boolean {
  return SIGN_OF_SECRET.test(json);
}

/** A copy of `value` for the log: secrets are masked by their key and their form, errors become plain objects. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const plain = {
      name,
      message: redactText(message),
      stack: stack === undefined ? undefined : redactText(stack),
    };
    return cause === undefined ? plain : { ...plain, cause: redact(cause, depth + 1) };
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) && item !== null && item !== undefined && typeof item !== 'boolean'
        ? MASK
        : redact(item, depth + 1),
    ]),
  );
}
