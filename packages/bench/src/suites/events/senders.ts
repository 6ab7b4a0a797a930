import { createKeyring, issueToken } from '@provisioning/auth-token';
import { v7 as uuidv7 } from 'uuid';
import { JWT_SECRET } from '../../setting/control-center.js';
import type { Platform } from '../../setting/platform.js';
import { Child } from './child.js';
import { CLIENTS, EVENTS, runWith, type Figures } from './run.js';

/** Only `ws`. */
export async function runBare(how: 'list' | 'each'): Promise<Figures> {
  const source = new Child('./bare-server.js', [how]);
  try {
    const { url } = await source.hears('ready');
    return await runWith({ url, pid: source.pid, tokens: Array.from({ length: CLIENTS }, () => ''), source });
  } finally {
    await source.stop();
  }
}

/** The platform; each client is another user. */
export async function runOurs({ orchestratorUrl: url, databaseUrl, api: pid }: Platform): Promise<Figures> {
  const keyring = createKeyring([JWT_SECRET]);
  const tokens = Array.from({ length: CLIENTS }, (_, index) => {
    const subject = { userId: uuidv7(), username: `viewer-${index}`, roles: ['viewer'], sessionId: uuidv7() };
    return issueToken(keyring, subject, 3600).token;
  });
  const source = new Child('./writer.js');
  try {
    source.order({ type: 'prepare', databaseUrl, events: EVENTS });
    await source.hears('prepared');
    return await runWith({ url, pid, tokens, source });
  } finally {
    await source.stop();
  }
}
