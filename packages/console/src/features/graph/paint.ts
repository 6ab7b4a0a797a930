import { toneOf, wordOf } from '../../ui/status.js';
import { NODE_HEIGHT, NODE_WIDTH, type Layout } from './layout.js';

/** An operation as the canvas shows it. */
export interface PaintedNode {
  id: string;
  status: string;
  step: string | null;
  dependencies: readonly string[];
}

/** What of the graph is seen: a point of it, in its own pixels, at the upper left corner; and how large. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

/** Below this scale no text can be read, and none is painted. */
const TEXT_SCALE = 0.55;
const BLOCK_SCALE = 0.25;

/** Colours of the theme by the name of their CSS variable. */
export interface Palette {
  color(name: string): string;
}

/** The colours of the page as they are now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return {
    color(name) {
      const color = known.get(name) ?? style.getPropertyValue(`--${name}`).trim();
      known.set(name, color);
      return color;
    },
  };
}

/** Makes the canvas as large as it is shown, in the pixels of the screen, and empties it. */
export function begin(canvas: HTMLCanvasElement, view: View): CanvasRenderingContext2D | undefined {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const scale = view.scale * ratio;
  context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  return context;
}

/** Draws the dependencies below the nodes. */
export function paintEdges(
  context: CanvasRenderingContext2D,
  nodes: readonly PaintedNode[],
  layout: Layout,
  palette: Palette,
  selected: string | undefined,
): void {
  const at = new Map(nodes.map(({ id }, index) => [id, index]));
  const line = (from: number, to: number) => {
    const [x1, y1] = [layout.x[from]! + NODE_WIDTH / 2, layout.y[from]!];
    const [x2, y2] = [layout.x[to]! - NODE_WIDTH / 2, layout.y[to]!];
    const bend = Math.max(24, (x2 - x1) / 2);
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  };
  const draw = (isChosen: boolean) => {
    context.beginPath();
    nodes.forEach(({ id, dependencies }, to) => {
      for (const before of dependencies) {
        const from = at.get(before);
        if (from !== undefined && (id === selected || before === selected) === isChosen) line(from, to);
      }
    });
    context.strokeStyle = palette.color(isChosen ? 'accent' : 'control');
    context.lineWidth = isChosen ? 2 : 1;
    context.globalAlpha = isChosen ? 1 : 0.55;
    context.stroke();
    context.globalAlpha = 1;
  };
  draw(false);
  if (selected !== undefined) draw(true);
}

/** @param seen the rectangle of the graph that is on the screen */
export function paintNodes(
  context: CanvasRenderingContext2D,
  nodes: readonly PaintedNode[],
  layout: Layout,
  palette: Palette,
  { scale, seen, selected }: { scale: number; seen: DOMRect; selected: string | undefined },
): void {
  const font = getComputedStyle(document.body).fontFamily;
  nodes.forEach((node, index) => {
    const left = layout.x[index]! - NODE_WIDTH / 2;
    const top = layout.y[index]! - NODE_HEIGHT / 2;
    if (
      left > seen.right ||
      top > seen.bottom ||
      left + NODE_WIDTH < seen.left ||
      top + NODE_HEIGHT < seen.top
    )
      return;
    const tone = toneOf(node.status);
    if (scale < BLOCK_SCALE) {
      context.fillStyle = palette.color(tone);
      context.fillRect(left, top, NODE_WIDTH, NODE_HEIGHT);
      return;
    }
    context.beginPath();
    context.roundRect(left, top, NODE_WIDTH, NODE_HEIGHT, 6);
    context.fillStyle = palette.color(`${tone}-tint`);
    context.fill();
    const isSelected = node.id === selected;
    context.lineWidth = isSelected ? 2.5 : 1;
    context.strokeStyle = palette.color(isSelected ? 'accent' : tone);
    context.stroke();
    context.fillStyle = palette.color(tone);
    context.beginPath();
    context.roundRect(left, top, 5, NODE_HEIGHT, [6, 0, 0, 6]);
    context.fill();
    if (scale < TEXT_SCALE) return;
    context.fillStyle = palette.color('text');
    context.font = `600 13px ${font}`;
    context.textBaseline = 'middle';
    context.fillText(fit(context, node.id), left + 14, top + 15);
    context.fillStyle = palette.color(tone);
    context.font = `12px ${font}`;
    const word = wordOf(node.status);
    context.fillText(fit(context, node.step ? `${word}: ${node.step}` : word), left + 14, top + 31);
  });
}

const ROOM = NODE_WIDTH - 24;

function fit(context: CanvasRenderingContext2D, text: string): string {
  if (text.length < 18 || context.measureText(text).width <= ROOM) return text;
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (context.measureText(`${text.slice(0, middle)}…`).width <= ROOM) least = middle;
    else most = middle - 1;
  }
  return `${text.slice(0, least)}…`;
}
