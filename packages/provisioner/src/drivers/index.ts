export { DriverError, type ActContext, type Collection, type Driver } from './driver.js';
export { DriverSet, type DriverSetOptions } from './driver-set.js';
export { createLocalDriver } from './local/local-driver.js';
export { PROVIDERS, TEST_PROVIDER, type Provider } from './providers.js';
export {
  counted,
  fullName,
  KINDS,
  type Change,
  type Cluster,
  type DesiredCluster,
  type DesiredTaskserv,
  type Existing,
  type Kind,
  type Server,
  type Taskserv,
} from './resource.js';
