import { keep, readKept } from '../drafts.js';

const nameOf = (batch: string | undefined) => (batch === undefined ? 'batch' : `batch:${batch}`);

/** The text that was being written in this tab. @param batch the id of the batch that it started from, if any */
export const readDraft = (batch?: string): string | undefined => readKept<string>(nameOf(batch));

/** @param text undefined: the draft is done with */
export const keepDraft = (batch: string | undefined, text: string | undefined): void =>
  keep(nameOf(batch), text);
