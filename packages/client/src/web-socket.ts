import type { WebSocketConstructor } from './options.js';

/** The platform's WebSocket. Node.js has one from version 22 on; before, that of `ws` does the same. */
export async function platformWebSocket(): Promise<WebSocketConstructor> {
  const own = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  return own ?? ((await import('ws')).WebSocket as unknown as WebSocketConstructor);
}
