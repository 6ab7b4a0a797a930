import { Definitions, type InstallOptions } from '../../src/definitions/index.js';
import type { Login } from '../../src/drivers/login.js';
import { upcloudConfigFrom } from '../../src/drivers/upcloud/config.js';
import { PACE, type Pace } from '../../src/drivers/upcloud/pace.js';
import { createUpcloudDriver } from '../../src/drivers/upcloud/upcloud-driver.js';
import type { DesiredServer, Driver } from '../../src/index.js';
import type { FakeUpcloud } from './fake-upcloud.js';

/** The intervals of UpCloud, divided by a thousand. */
export const QUICK: Pace = {
  ...PACE,
  pollMs: 4,
  backoffMs: 1,
  maxBackoffMs: 5,
  attempts: 4,
};

export interface DriverOptions {
  pace?: Partial<Pace>;
  env?: Record<string, string>;
  login?: Login;
  install?: InstallOptions;
  definitions?: string;
}

export function driverFor(fake: FakeUpcloud, options: DriverOptions = {}): Driver {
  const { pace = {}, env = {}, login = null, install = {}, definitions = '/nonexistent' } = options;
  return createUpcloudDriver(
    upcloudConfigFrom({ ...fake.env, ...env }),
    { definitions: new Definitions(definitions), install },
    login,
    { ...QUICK, ...pace },
  );
}

export function wanted(name: string, more: Partial<DesiredServer> = {}): DesiredServer {
  return {
    infra: 'production',
    name,
    plan: '1xCPU-2 GB',
    zone: 'de-fra1',
    provider: 'upcloud',
    image: null,
    labels: { role: 'web' },
    storage_gb: null,
    ...more,
  };
}
