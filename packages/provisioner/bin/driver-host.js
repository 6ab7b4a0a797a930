#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/host/main.js', import.meta.url);
if (existsSync(built)) {
  const { takeEnvironment } = await import('@provisioning/process');
  takeEnvironment();
  const { main } = await import(built.href);
  // Work that still hangs must not keep the process: its executor is gone.
  process.exit(await main(process.env));
} else {
  console.error('The driver host is not built yet. Run "npm start" or "npm test" once, or "npm run build".');
  process.exitCode = 1;
}
