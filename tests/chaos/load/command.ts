import type { Random } from '../random.js';

const SHORT_SECONDS = [0.05, 0.6] as const;
const LONG_SECONDS = [2, 14] as const;
const LONG_SHARE = 0.1;
/** What the stand-in leaves running when it ends: nothing, a child in its group, or a child in a separate session. */
const SHAPES = ['plain', 'plain', 'plain', 'background', 'setsid'] as const;

/** The behaviour of a command: how long it runs, and what it leaves behind. */
export function command(
  random: Random,
  { demanding, short = false }: { demanding: boolean; short?: boolean },
): { seconds: string; shape: string } {
  const [low, high] = !short && random.chance(LONG_SHARE) ? LONG_SECONDS : SHORT_SECONDS;
  return {
    seconds: random.between(low, high).toFixed(2),
    shape: demanding ? random.of(SHAPES) : 'plain',
  };
}
