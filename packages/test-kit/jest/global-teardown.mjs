import { rm } from 'node:fs/promises';

export default async function globalTeardown() {
  const { servers, dataDir, guard } = globalThis.testServers;
  await Promise.all(servers.map((server) => server.stop()));
  guard.release();
  await rm(dataDir, { recursive: true, force: true });
}
