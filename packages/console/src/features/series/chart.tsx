import { useId } from 'react';
import { ceilingOf, HEIGHT, lineOf, stackOf, WIDTH } from './geometry.js';
import styles from './chart.module.css';

/** A row of values in a chart. */
export interface Mark {
  name: string;
  /** A color of the design, such as `ok`. */
  tone: 'ok' | 'failed' | 'cancelled' | 'running' | 'pending' | 'undone';
  /** One for each step; bars have no null. */
  values: readonly (number | null)[];
  /** What the legend says beside the name, such as the sum. */
  sum: string;
  line?: 'solid' | 'dashed';
}

interface ChartProps {
  title: string;
  marks: readonly Mark[];
  /** When each step began. */
  labels: readonly string[];
  format(value: number): string;
}

/** Marks with a line are drawn as lines, the others as bars on each other. The panel has the numbers as a table. */
export function Chart({ title, marks, labels, format }: ChartProps) {
  const id = useId();
  const bars = marks.filter(({ line }) => line === undefined);
  const layers = bars.map(({ values }) => values.map((value) => value ?? 0));
  const sums = labels.map((_label, index) => layers.reduce((sum, layer) => sum + (layer[index] ?? 0), 0));
  const lines = marks.filter(({ line }) => line !== undefined);
  const ceiling = ceilingOf([...sums, ...lines.flatMap(({ values }) => values)]);
  return (
    <figure className={styles['chart']} aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <ul className={styles['legend']}>
          {marks.map(({ name, tone, line, sum }) => (
            <li key={name}>
              <span aria-hidden data-tone={tone} data-line={line} />
              {name} <strong>{sum}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div className={styles['plot']} aria-hidden>
        <span>{format(ceiling)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {stackOf(layers, ceiling).map((layer, index) => (
            <g key={bars[index]?.name} data-tone={bars[index]?.tone}>
              {layer.map((bar) => (
                <rect key={bar.x} {...bar} />
              ))}
            </g>
          ))}
          {lines.map(({ name, tone, line, values }) => (
            <path key={name} data-tone={tone} data-line={line} d={lineOf(values, ceiling)} />
          ))}
          {labels.map((label, index) => (
            <rect
              key={label}
              className={styles['step']}
              x={(WIDTH / labels.length) * index}
              width={WIDTH / labels.length}
              height={HEIGHT}
            >
              <title>{[label, ...wordsAt(marks, index, format)].join('\n')}</title>
            </rect>
          ))}
        </svg>
      </div>
      <p className={styles['axis']} aria-hidden>
        <span>{labels[0]}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

/** `Completed: 12`, for each mark that has a value in this step. */
function wordsAt(marks: readonly Mark[], index: number, format: (value: number) => string): string[] {
  return marks.flatMap(({ name, values }) => {
    const value = values[index] ?? null;
    return value === null ? [] : [`${name}: ${format(value)}`];
  });
}
