/** Time limits and intervals, in milliseconds. */
export interface Pace {
  /** For one answer. */
  answerMs: number;
  /** To pull an image. */
  pullMs: number;
  /** The maximum number of attempts at a request while the engine is busy or the connection breaks. */
  attempts: number;
  /** The first wait before a repetition, doubled each time. */
  backoffMs: number;
  /** Until a container that is being removed is gone. */
  goneMs: number;
}

/** The values for real engines; tests use shorter ones. */
export const PACE: Pace = {
  answerMs: 60_000,
  pullMs: 900_000,
  attempts: 5,
  backoffMs: 300,
  goneMs: 60_000,
};
