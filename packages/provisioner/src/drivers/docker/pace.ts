/** How long things may take, in milliseconds. */
export interface Pace {
  /** For one answer. */
  answerMs: number;
  /** For an image to be pulled. */
  pullMs: number;
  /** How often a request is made at most, when the engine is busy or the connection breaks. */
  attempts: number;
  /** The first wait before a repetition, doubled each time. */
  backoffMs: number;
  /** Until a container that is being removed is gone. */
  goneMs: number;
}

export const PACE: Pace = {
  answerMs: 60_000,
  pullMs: 900_000,
  attempts: 5,
  backoffMs: 300,
  goneMs: 60_000,
};
