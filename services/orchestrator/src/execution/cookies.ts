/** The variable that marks every process of one run; and the one that marks every process of a worker. */
export const RUN_COOKIE = 'PROVISIONING_RUN';
export const WORKER_COOKIE = 'PROVISIONING_WORKER';
