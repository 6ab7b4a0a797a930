import Type, { type Static } from 'typebox';
import { closed, count, listOf, name, nullable, oneOf, text, timestamp } from './basics.js';

/** Why work is held. */
export const HOLD_REASONS = ['restored', 'stale'] as const;
/** What happens to held work when it is released. */
export const RELEASES = ['resume', 'reconcile', 'cancel'] as const;

const reason = text(512, { minLength: 1, description: 'Why, in a sentence' });

/** Response of `GET /state/hold`. */
export const holdSchema = closed(
  {
    restored: nullable(
      closed(
        {
          since: timestamp,
          reason,
          released: listOf(name, 10_000, { description: 'The infras on which changes are accepted again' }),
        },
        { title: 'RestoreHold', description: 'Null unless changes are refused because of a restore' },
      ),
    ),
    work: listOf(
      closed(
        {
          infra: text(63, { description: 'Empty for a survey of several infras' }),
          reason: oneOf(HOLD_REASONS, {
            description:
              '`restored`: the database was restored from a backup; `stale`: it waited too long while no worker was alive',
          }),
          tasks: count,
          unknown: Type.Integer({
            minimum: 0,
            description: 'Those among them that were running: what they did is unknown',
          }),
          oldest: timestamp,
        },
        { title: 'HeldWork' },
      ),
      10_000,
    ),
  },
  { title: 'Hold' },
);
/** A value of {@link holdSchema}. */
export type Hold = Static<typeof holdSchema>;

/** Body of `POST /state/hold`. */
export const holdRequestSchema = closed({ reason: Type.Optional(reason) });

/** Body of `POST /state/hold/release`. */
export const releaseRequestSchema = closed({
  infras: Type.Optional(
    Type.Array(name, {
      minItems: 1,
      maxItems: 1000,
      description: 'Only these; all where absent, which ends the hold',
    }),
  ),
  release: oneOf(RELEASES, {
    description:
      '`resume`: all work continues; `reconcile`: only the outcome of what was running is determined, the rest is cancelled; `cancel`: everything is cancelled',
  }),
});

/** Response of `POST /state/hold/release`. */
export const releaseSchema = closed(
  {
    batches: Type.Integer({ minimum: 0, description: 'Batches that were released' }),
    tasks: Type.Integer({ minimum: 0, description: 'Tasks without a batch that were released' }),
    cancelled: Type.Integer({ minimum: 0, description: 'Tasks that were cancelled' }),
    failed: Type.Integer({
      minimum: 0,
      description: 'Tasks that failed because nothing can say what they did',
    }),
    left: Type.Integer({ minimum: 0, description: 'Tasks that are still held' }),
  },
  { title: 'Release' },
);
/** A value of {@link releaseSchema}. */
export type Release = Static<typeof releaseSchema>;
