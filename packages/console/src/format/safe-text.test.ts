import { expect, it } from '@jest/globals';
import { safeText } from './safe-text.js';

it.each([
  ['plain <b>text</b>\twith tabs', 'plain <b>text</b>\twith tabs'],
  ['a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['\u0000\u001b]0;title\u0007', '\\u0000\\u001b]0;title\\u0007'],
])('shows what would not be seen: %j', (text, shown) => expect(safeText(text)).toBe(shown));

it('cuts a line that no screen holds, and says how long it is', () => {
  expect(safeText('x'.repeat(1_000_000))).toMatch(/^x{4000}… \(1000000 characters\)$/);
});
