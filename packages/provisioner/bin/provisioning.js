#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/command/main.js', import.meta.url);
if (existsSync(built)) {
  // Other commands of this user may read what this one was started with.
  const { takeEnvironment } = await import('@provisioning/process');
  takeEnvironment();
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2), process.env);
} else {
  console.error(
    'The provisioning command is not built yet. Run "npm start" or "npm test" once, or "npm run build".',
  );
  process.exitCode = 1;
}
