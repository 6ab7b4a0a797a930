// Brings the schemas of both services to the version of this image, then ends. Running it again changes nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const service of ['control-center', 'orchestrator']) {
  const script = fileURLToPath(new URL(`services/${service}/dist/src/migrate.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
