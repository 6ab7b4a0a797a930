/** One thing that was asked for, and what was answered. */
export interface Submission {
  /** The name of its settings, which no other has; a batch's name. */
  marker: string;
  infra: string;
  checkMode: boolean;
  key: string | undefined;
  /** The status of each answer; 0 where there was none. */
  answers: number[];
  /** What the id in a 2xx answer was. */
  accepted: string | undefined;
}

/** A 4xx says that nothing was done; a 5xx, or none, says nothing at all. */
export function refused({ answers, accepted }: Submission): boolean {
  return accepted === undefined && answers.every((status) => status >= 400 && status < 500);
}
