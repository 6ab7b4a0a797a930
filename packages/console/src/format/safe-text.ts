/** Longest piece of one line that is shown; the whole of it is in the plain log. */
const LONGEST = 4_000;

/**
 * Text from elsewhere, such as what a command printed, with nothing in it that moves, hides or reorders its neighbours:
 * control characters and bidirectional overrides become visible. Escape sequences of colours have been taken out before.
 */
export function safeText(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  return visible(shown);
}

/** The text with every character that would not be seen written as its code. Tabs and line ends stay. */
export function visible(text: string): string {
  return text.replaceAll(
    // eslint-disable-next-line no-control-regex -- These characters are what it is about.
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
