import type { WebSocketConstructor } from './options.js';

/** The global WebSocket, or that of `ws` before Node.js 22. */
export async function platformWebSocket(): Promise<WebSocketConstructor> {
  // Safe cast: Node.js 20 has no WebSocket, browsers and later releases have one.
  const own = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  // Safe cast: ws has the interface of browsers as far as this client uses it.
  return own ?? ((await import('ws')).WebSocket as unknown as WebSocketConstructor);
}
