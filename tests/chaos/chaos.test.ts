import { randomBytes } from 'node:crypto';
import { redisProgram } from '@provisioning/embedded';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startControl } from './control/control.js';
import { Random } from './random.js';
import { brokenPromises, slowestHistory, table, writeReport } from './report/report.js';
import { play, type Outcome, type Scenario } from './scenario.js';
import { readSettings, type Mode } from './settings.js';
import { planStorm } from './storm/plan.js';
import { startPlatform } from './system/platform.js';

const settings = readSettings();
const { seed, minutes, modes } = settings;
const random = new Random(seed);
const jwtSecret = randomBytes(32).toString('hex');
const hasRedis = (await redisProgram(() => undefined)) !== null;

/** Each mode has its share of the time; the control's storm is as long, but ends once the control is broken. */
const STORM_SECONDS = (minutes * 60) / modes.length;
const CONTROL_SECONDS = Math.min(STORM_SECONDS, 60);
const HEAL_SECONDS = 90;
/** A short run waits for a shorter time at its end. */
const CONTROL_HEAL_SECONDS = minutes < 3 ? 30 : HEAL_SECONDS;
/** Time for starts, stops, and a busy machine. */
const AROUND_SECONDS = 180;

const outcomes: Outcome[] = [];

const stormOf = (mode: Mode, seconds: number) => ({
  seconds,
  plan: planStorm(random.stream(`storm ${mode}`), seconds, mode === 'with Redis'),
  random: random.stream(mode),
  jwtSecret,
});

async function pass(scenario: Scenario): Promise<{ outcome: Outcome; broken: string }> {
  const outcome = await play(scenario);
  outcomes.push(outcome);
  return { outcome, broken: brokenPromises(outcome.findings, outcome.histories) };
}

const limit = (stormSeconds: number, healSeconds: number) =>
  (stormSeconds + healSeconds + AROUND_SECONDS) * 1000;

/** Processes are watched through /proc, and locked by flock(1). */
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux(`a storm of faults (seed ${seed})`, () => {
  for (const mode of settings.controlOnly ? [] : modes) {
    const test = mode === 'with Redis' && !hasRedis ? it.skip : it;
    test(
      `breaks no guarantee of the platform ${mode}`,
      async () => {
        const { outcome, broken } = await pass({
          ...stormOf(mode, STORM_SECONDS),
          name: mode,
          demanding: true,
          healWithinSeconds: HEAL_SECONDS,
          start: () => startPlatform(mode, jwtSecret),
        });
        expect(broken).toBe('');
        // A storm that finds nothing to hit proves nothing. How much it finds depends on the load of the machine.
        const { faults } = outcome.findings;
        expect(faults.filter(({ struck }) => struck).length).toBeGreaterThan(0);
      },
      limit(STORM_SECONDS, HEAL_SECONDS),
    );
  }

  (hasRedis ? it : it.skip)(
    'breaks guarantees of an ordinary BullMQ worker, so it is strong enough to prove something',
    async () => {
      const { outcome } = await pass({
        ...stormOf('with Redis', CONTROL_SECONDS),
        name: 'control',
        demanding: false,
        healWithinSeconds: CONTROL_HEAL_SECONDS,
        start: startControl,
      });
      expect(outcome.findings.violations).not.toEqual([]);
    },
    limit(CONTROL_SECONDS, CONTROL_HEAL_SECONDS),
  );
});

afterAll(() => {
  if (outcomes.length === 0) return;
  const text = table(outcomes.map(({ findings }) => findings));
  const slowest = outcomes.map(({ findings, histories }) => slowestHistory(findings, histories)).join('\n');
  // Jest reports to people on the error stream, the only one that `npm test` shows.
  process.stderr.write(`\nChaos, seed ${seed}:\n\n${text}\n\n${slowest}\n\n`);
  if (settings.writeReport) writeReport(settings, text);
});
