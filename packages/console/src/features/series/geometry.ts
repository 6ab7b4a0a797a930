/** The size of a chart in its own units. It is stretched to the room that it gets. */
export const WIDTH = 1000;
export const HEIGHT = 100;
/** The share of a step that its bar covers. */
const BAR = 0.8;

/** The end of an axis that shows these values: 1, 2 or 5 times a power of ten, 1 at least. */
export function ceilingOf(values: readonly (number | null)[]): number {
  const highest = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 1);
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((factor) => factor * power).find((end) => end >= highest) ?? highest;
}

/** A bar, from its upper left corner. */
export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Bars that stand on each other, one list for each layer, the lowest first. Empty bars are left out. */
export function stackOf(layers: readonly (readonly number[])[], ceiling: number): Bar[][] {
  const ground = layers[0]?.map(() => 0) ?? [];
  return layers.map((layer) =>
    layer.flatMap((value, index) => {
      const below = ground[index] ?? 0;
      ground[index] = below + value;
      if (value === 0) return [];
      const step = WIDTH / layer.length;
      const height = (value / ceiling) * HEIGHT;
      const y = HEIGHT - (below / ceiling) * HEIGHT - height;
      return [
        {
          x: rounded(step * (index + (1 - BAR) / 2)),
          y: rounded(y),
          width: rounded(step * BAR),
          height: rounded(height),
        },
      ];
    }),
  );
}

/** The path of a line through the middle of each step; it is interrupted where a value is null. */
export function lineOf(values: readonly (number | null)[], ceiling: number): string {
  const step = WIDTH / values.length;
  return values
    .map((value, index) => {
      if (value === null) return '';
      const place = `${rounded(step * (index + 0.5))} ${rounded(HEIGHT - (value / ceiling) * HEIGHT)}`;
      const continues = index > 0 && values[index - 1] !== null;
      // A value alone is drawn as a dot.
      return continues ? `L${place}` : `M${place}h1`;
    })
    .join('');
}

const rounded = (value: number) => Math.round(value * 10) / 10;
