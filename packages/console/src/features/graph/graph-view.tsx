import { Maximize, Minus, Plus } from 'lucide-react';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { Skeleton } from '../../ui/notices.js';
import { wordOf } from '../../ui/status.js';
import styles from './graph-view.module.css';
import { NODE_HEIGHT, NODE_WIDTH, type Layout } from './layout.js';
import { begin, paintEdges, paintNodes, paletteOf, type PaintedNode, type View } from './paint.js';
import { useLayout } from './use-layout.js';

interface GraphViewProps {
  nodes: readonly PaintedNode[];
  selected: string | undefined;
  onSelect(id: string | undefined): void;
}

/** A picture of what depends on what, painted on a canvas; the table says the same in words. */
export function GraphView({ nodes, selected, onSelect }: GraphViewProps) {
  const layout = useLayout(nodes);
  return layout ? (
    <Graph nodes={nodes} layout={layout} selected={selected} onSelect={onSelect} />
  ) : (
    <Skeleton rows={10} />
  );
}

function Graph({ nodes, layout, selected, onSelect }: GraphViewProps & { layout: Layout }) {
  const box = useRef<HTMLDivElement>(null);
  const edges = useRef<HTMLCanvasElement>(null);
  const cards = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<View>();
  const [paints, setPaints] = useState(0);
  const index = useMemo(() => new Map(nodes.map(({ id }, at) => [id, at])), [nodes]);

  const fit = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const { clientWidth: width, clientHeight: height } = element;
    const scale = Math.min(1, width / layout.width, height / layout.height);
    setView({
      scale,
      x: layout.width / 2 - width / scale / 2,
      y: layout.height / 2 - height / scale / 2,
    });
  }, [layout]);
  useEffect(fit, [fit]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const again = () => setPaints((count) => count + 1);
    const resized = new ResizeObserver(again);
    resized.observe(element);
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', again);
    return () => {
      resized.disconnect();
      themed.disconnect();
      system.removeEventListener('change', again);
    };
  }, []);

  // Edges change with the view alone, cards with every state.
  const structure = layout;
  useEffect(() => {
    if (!view || !edges.current) return;
    const context = begin(edges.current, view);
    if (context) paintEdges(context, nodes, structure, paletteOf(edges.current), selected);
    // `nodes` changes with every state, what depends on what does not.
  }, [view, structure, selected, paints]);
  useEffect(() => {
    if (!view || !cards.current) return;
    const canvas = cards.current;
    const frame = requestAnimationFrame(() => {
      const context = begin(canvas, view);
      if (!context) return;
      const { scale, x, y } = view;
      const seen = new DOMRect(x, y, canvas.clientWidth / scale, canvas.clientHeight / scale);
      paintNodes(context, nodes, layout, paletteOf(canvas), { scale, seen, selected });
      if (performance.getEntriesByName('graph-painted').length === 0) performance.mark('graph-painted');
    });
    return () => cancelAnimationFrame(frame);
  }, [view, nodes, layout, selected, paints]);

  const zoomBy = useCallback((factor: number, at?: { x: number; y: number }) => {
    setView((now) => {
      const element = box.current;
      if (!now || !element) return now;
      const scale = Math.min(2, Math.max(0.05, now.scale * factor));
      const point = at ?? { x: element.clientWidth / 2, y: element.clientHeight / 2 };
      return {
        scale,
        x: now.x + point.x / now.scale - point.x / scale,
        y: now.y + point.y / now.scale - point.y / scale,
      };
    });
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // Not by React, whose listeners cannot keep the page from zooming. A plain turn of the wheel scrolls the page.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY / 200), { x: event.clientX - left, y: event.clientY - top });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [zoomBy]);

  const drag = useRef<{ x: number; y: number; moved: boolean }>(undefined);
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    // Safe cast: the target of an event of a pointer is an element.
    if (event.button !== 0 || (event.target as Element).closest('button')) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, moved: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const from = drag.current;
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.hypot(dx, dy) < 4) return;
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    setView((now) => now && { ...now, x: now.x - dx / now.scale, y: now.y - dy / now.scale });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    const from = drag.current;
    drag.current = undefined;
    if (!from || from.moved || !view) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - left) / view.scale + view.x;
    const y = (event.clientY - top) / view.scale + view.y;
    const hit = nodes.find(
      (_node, at) =>
        Math.abs(layout.x[at]! - x) <= NODE_WIDTH / 2 && Math.abs(layout.y[at]! - y) <= NODE_HEIGHT / 2,
    );
    onSelect(hit?.id);
  };

  const centre = (id: string) => {
    const at = index.get(id);
    const element = box.current;
    if (at === undefined || !element) return;
    setView((now) => {
      const scale = Math.max(now?.scale ?? 1, 0.6);
      return {
        scale,
        x: layout.x[at]! - element.clientWidth / scale / 2,
        y: layout.y[at]! - element.clientHeight / scale / 2,
      };
    });
  };
  const current = nodes[index.get(selected ?? '') ?? 0];
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onSelect(undefined);
    const next = current && neighbour(event.key, current, nodes, layout, index);
    if (!next) return;
    event.preventDefault();
    onSelect(next);
    centre(next);
  };

  return (
    <div className={styles['frame']}>
      <div className={styles['tools']}>
        <button type="button" className="icon-button" aria-label="Zoom in" onClick={() => zoomBy(1.3)}>
          <Plus aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label="Zoom out" onClick={() => zoomBy(1 / 1.3)}>
          <Minus aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label="Show everything" onClick={fit}>
          <Maximize aria-hidden />
        </button>
      </div>
      <div
        ref={box}
        className={styles['box']}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
      >
        <canvas ref={edges} aria-hidden />
        <canvas ref={cards} aria-hidden />
        {view && current && (
          <CurrentNode
            node={current}
            nodes={nodes}
            layout={layout}
            at={index.get(current.id)!}
            view={view}
            onKey={onKey}
            onOpen={() => onSelect(current.id)}
          />
        )}
      </div>
    </div>
  );
}

interface CurrentNodeProps {
  node: PaintedNode;
  nodes: readonly PaintedNode[];
  layout: Layout;
  at: number;
  view: View;
  onKey(event: KeyboardEvent): void;
  onOpen(): void;
}

/** The one node that the keyboard is at, as a button over its picture; arrows lead to the others. */
function CurrentNode({ node, nodes, layout, at, view, onKey, onOpen }: CurrentNodeProps) {
  const followers = nodes.filter(({ dependencies }) => dependencies.includes(node.id)).length;
  const depends = node.dependencies.length === 0 ? 'nothing' : node.dependencies.slice(0, 5).join(', ');
  const step = node.step ? `, ${node.step}` : '';
  return (
    <button
      type="button"
      className={styles['current']}
      aria-label={`${node.id}, ${wordOf(node.status)}${step}, depends on ${depends}, ${followers} depend on it. Arrow keys lead on.`}
      style={{
        left: (layout.x[at]! - NODE_WIDTH / 2 - view.x) * view.scale,
        top: (layout.y[at]! - NODE_HEIGHT / 2 - view.y) * view.scale,
        width: NODE_WIDTH * view.scale,
        height: NODE_HEIGHT * view.scale,
      }}
      onKeyDown={onKey}
      onClick={onOpen}
    />
  );
}

/** Left and right follow edges, up and down lead to what stands in the same column. */
function neighbour(
  key: string,
  { id, dependencies }: PaintedNode,
  nodes: readonly PaintedNode[],
  layout: Layout,
  index: ReadonlyMap<string, number>,
): string | undefined {
  if (key === 'ArrowLeft') return dependencies.find((before) => index.has(before));
  if (key === 'ArrowRight') return nodes.find((node) => node.dependencies.includes(id))?.id;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const at = index.get(id)!;
  const sign = key === 'ArrowDown' ? 1 : -1;
  const column = nodes
    .map((node, other) => ({ id: node.id, distance: (layout.y[other]! - layout.y[at]!) * sign, other }))
    .filter(({ distance, other }) => distance > 0 && layout.x[other] === layout.x[at])
    .sort((one, other) => one.distance - other.distance);
  return column[0]?.id;
}
