/** The environment variable that marks every process of one run. */
export const RUN_COOKIE = 'PROVISIONING_RUN';
/** The environment variable that marks every process of a worker. */
export const WORKER_COOKIE = 'PROVISIONING_WORKER';
