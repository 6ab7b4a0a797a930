/** Returns the present time; tests replace it. */
export type Clock = () => Date;
