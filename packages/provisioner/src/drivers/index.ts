export { DriverError, type ActContext, type Change, type Driver, type Server } from './driver.js';
export { DriverSet, type DriverSetOptions } from './driver-set.js';
export { createLocalDriver } from './local/local-driver.js';
export { PROVIDERS, type Provider } from './providers.js';
