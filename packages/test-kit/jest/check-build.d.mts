/** @throws when a package of the checkout is not built, or when a source is newer than the build of its package. */
export function checkBuild(repository?: string): Promise<void>;
declare const globalSetup: () => Promise<void>;
export default globalSetup;
