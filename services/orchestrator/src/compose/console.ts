import { signClientAddress, type Keyring } from '@provisioning/auth-token';
import type { RequestHandler } from 'express';
import type { ApiConfig } from '../config.js';
import { ControlCenterProxy } from '../console/control-center-proxy.js';
import { ConsoleFiles } from '../console/files.js';
import { consoleGateway } from '../console/gateway.js';
import type { Identify } from '../console/session.js';
import type { Base } from './resources.js';

/** The web console, and the gateway that its pages call. */
export function composeConsole(
  { controlCenterUrl, consoleFolder, production }: ApiConfig,
  { log, resources }: Base,
  keyring: Keyring,
  identify: Identify,
): RequestHandler {
  const files = ConsoleFiles.read(consoleFolder);
  if (!files) log.warn('the console is not served: it has not been built', { folder: consoleFolder });
  const controlCenter = new ControlCenterProxy(controlCenterUrl, (address) =>
    signClientAddress(keyring, address),
  );
  resources.add('console', () => controlCenter.close());
  return consoleGateway({ files, controlCenter, identify, production });
}
