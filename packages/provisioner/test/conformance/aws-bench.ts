import { types } from 'node:util';
import { Definitions, type InstallOptions } from '../../src/definitions/index.js';
import { createAwsDriver } from '../../src/drivers/aws/aws-driver.js';
import { awsConfigFrom } from '../../src/drivers/aws/config.js';
import { PACE, type Pace } from '../../src/drivers/aws/pace.js';
import type { Login } from '../../src/drivers/login.js';
import type { DesiredServer, Driver } from '../../src/index.js';
import type { FakeEc2 } from './fake-ec2.js';

// The SDK tests errors of Node's network with instanceof Error, and Jest's tests have a separate Error.
const ordinary = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown) {
    return this === Error ? types.isNativeError(value) : ordinary.call(this as typeof Error, value);
  },
});

/** The intervals of AWS, divided by a thousand. */
export const QUICK: Pace = { ...PACE, pollMs: 4, attempts: 3 };

export const publicKey = `ssh-ed25519 ${Buffer.from('a key').toString('base64')}`;

export interface DriverOptions {
  pace?: Partial<Pace>;
  env?: Record<string, string>;
  login?: Login;
  install?: InstallOptions;
  definitions?: string;
}

export function driverFor(fake: FakeEc2, options: DriverOptions = {}): Driver {
  const { pace = {}, env = {}, login = null, install = {}, definitions = '/nonexistent' } = options;
  return createAwsDriver(
    awsConfigFrom({ ...fake.env, ...env }),
    { definitions: new Definitions(definitions), install },
    login,
    { ...QUICK, ...pace },
  );
}

export function wanted(name: string, more: Partial<DesiredServer> = {}): DesiredServer {
  return {
    infra: 'production',
    name,
    plan: 't3.small',
    zone: 'eu-central-1a',
    provider: 'aws',
    image: null,
    labels: { role: 'web' },
    storage_gb: null,
    ...more,
  };
}
