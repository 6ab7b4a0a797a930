import { fileURLToPath } from 'node:url';

/** Root of the checkout, wherever the script was started from. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));
