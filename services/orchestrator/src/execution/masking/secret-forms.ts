import { withoutControls } from './text-view.js';

/** A text by which a secret is recognised. */
export interface Form {
  text: string;
  /** For Base64: whether the character before, or after, also has bits of the secret. */
  before: boolean;
  after: boolean;
}

/** A shorter text occurs in too many words that are not secrets. */
export const MIN_LENGTH = 4;

/**
 * The texts by which secrets are recognised: unchanged, in Base64 (both alphabets, at each of the three offsets in a
 * group of bytes) and in hex (both cases). Each line of a secret with several lines is a secret, too.
 * URL and JSON escapes are not forms: the text is searched without them (text-view.ts).
 */
export function formsOf(secrets: readonly string[]): Form[] {
  const lines = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]).map((line) => line.trim());
  const forms = [...new Set(lines)]
    .filter(({ length }) => length >= MIN_LENGTH)
    .flatMap((secret) => [...plainForms(secret), ...encodedForms(Buffer.from(secret))])
    .filter(({ text }) => text.length >= MIN_LENGTH);
  return [...new Map(forms.map((form) => [`${form.before}${form.after}${form.text}`, form])).values()];
}

function plainForms(secret: string): Form[] {
  const visible = withoutControls(secret);
  // In an HTML form, "+" stands for a space.
  return [...visible, ...visible.map((text) => text.replaceAll(' ', '+'))].map(whole);
}

function encodedForms(bytes: Buffer): Form[] {
  const hex = bytes.toString('hex');
  return [
    ...[hex, hex.toUpperCase()].map(whole),
    ...[0, 1, 2].flatMap((offset) => {
      const form = base64Form(bytes, offset);
      return [form, { ...form, text: form.text.replaceAll('+', '-').replaceAll('/', '_') }];
    }),
  ];
}

/** The Base64 text of these bytes only, if `offset` other bytes precede them in their group of three. */
function base64Form(bytes: Buffer, offset: number): Form {
  const group = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const [firstBit, endBit] = [offset * 8, (offset + bytes.length) * 8];
  return {
    text: group.slice(Math.ceil(firstBit / 6), Math.floor(endBit / 6)),
    before: firstBit % 6 > 0,
    after: endBit % 6 > 0,
  };
}

function whole(text: string): Form {
  return { text, before: false, after: false };
}
