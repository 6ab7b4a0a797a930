import { useEffect, useMemo, useState } from 'react';
import type { GraphNode, Layout } from './layout.js';

/** The layout of these nodes, once it is there. A structure is laid out once; a change of states does not repeat it. */
export function useLayout(nodes: readonly GraphNode[]): Layout | undefined {
  const structure = useMemo(
    () => JSON.stringify(nodes.map(({ id, dependencies }) => [id, dependencies])),
    [nodes],
  );
  const [made, setMade] = useState<{ structure: string; layout: Layout }>();
  useEffect(() => {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Layout>) => setMade({ structure, layout: data });
    // Safe cast: the caller made the text of such a list.
    const parsed = JSON.parse(structure) as [string, string[]][];
    worker.postMessage(parsed.map(([id, dependencies]) => ({ id, dependencies })));
    return () => worker.terminate();
  }, [structure]);
  return made?.structure === structure ? made.layout : undefined;
}
