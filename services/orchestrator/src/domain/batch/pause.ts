/** Awaited between the steps of what takes long, so that other requests are answered. */
export type Pause = () => Promise<void>;

export const noPause: Pause = () => Promise.resolve();

/** Operations that are worked on in one step. */
export const SLICE = 500;
