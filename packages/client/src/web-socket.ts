import type { WebSocketConstructor } from './options.js';

/** The global WebSocket, or that of `ws` before Node.js 22. */
export async function platformWebSocket(): Promise<WebSocketConstructor> {
  const own = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  return own ?? ((await import('ws')).WebSocket as unknown as WebSocketConstructor);
}
