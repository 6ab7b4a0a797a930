import { describe } from '@jest/globals';
import { hasRedis } from './redis.js';

/** `describe` for tests that need Redis: they are skipped, and counted as skipped, where the run has none. */
export const describeWithRedis: typeof describe | typeof describe.skip = hasRedis ? describe : describe.skip;
