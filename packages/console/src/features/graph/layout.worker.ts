import { layoutOf, type GraphNode } from './layout.js';

/** Lays graphs out beside the page, which answers meanwhile. */
addEventListener('message', ({ data }: MessageEvent<readonly GraphNode[]>) => postMessage(layoutOf(data)));
