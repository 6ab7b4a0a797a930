import { keep, readKept } from '../drafts.js';

const NAME = 'batch';

/** The batch that was being written in this tab. */
export const readDraft = (): string | undefined => readKept<string>(NAME);

/** @param text undefined: the draft is done with */
export const keepDraft = (text: string | undefined): void => keep(NAME, text);
