/** One submission, and its answers. */
export interface Submission {
  /** The unique name of its settings; a batch's name. */
  marker: string;
  infra: string;
  checkMode: boolean;
  key: string | undefined;
  /** The status of each answer; 0 without one. */
  answers: number[];
  /** The id in a 2xx answer. */
  accepted: string | undefined;
}

/** A 4xx means that nothing was done; a 5xx, or no answer, means nothing. */
export function refused({ answers, accepted }: Submission): boolean {
  return accepted === undefined && answers.every((status) => status >= 400 && status < 500);
}
