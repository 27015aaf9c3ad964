/**
 * One uPlot chart as part of a page: follows width and colour scheme, shows a readout under the pointer or the arrow
 * keys, and offers its numbers as a table.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { type Palette, readPalette } from './palette.ts';

export interface ChartProps {
  /** What the chart shows and says, for those who cannot see it. */
  label: string;
  data: uPlot.AlignedData;
  height?: number;
  /** Everything but size. */
  options(palette: Palette): Omit<uPlot.Options, 'width' | 'height'>;
  /** Text under the pointer for the point of this index. */
  readout(index: number): { title: string; text: string };
  table: { head: string[]; rows: string[][] };
}

interface Readout {
  title: string;
  text: string;
  left: number;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The cursor stands on the nearest point, not between two. */
const toPoint: uPlot.Cursor.MousePosRefiner = (chart, left, top) =>
  left < 0 ? [left, top] : [chart.valToPos(chart.data[0][chart.posToIdx(left)] ?? 0, 'x'), top];

export function Chart({ label, data, height = 220, options, readout, table }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [shown, setShown] = useState<Readout>();
  const [scheme, setScheme] = useState(dark.matches);

  useEffect(() => {
    const follow = () => setScheme(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);

  // Data and colour scheme stand for all that a chart is made of.
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const follow = (chart: uPlot) => {
      const { idx, left } = chart.cursor;
      if (idx == null || left == null || left < 0) return setShown(undefined);
      const x = chart.valToPos(chart.data[0][idx] as number, 'x') + chart.bbox.left / devicePixelRatio;
      setShown({ ...readout(idx), left: Math.min(Math.max(x, 80), element.clientWidth - 80) });
    };
    const made = options(readPalette());
    const chart = new uPlot(
      {
        ...made,
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: made.padding ?? [4, 18, 0, 0],
        cursor: {
          y: false,
          drag: { x: false, y: false },
          move: toPoint,
          points: { size: 8, width: 2 },
          ...made.cursor,
        },
        hooks: { ...made.hooks, setCursor: [...(made.hooks?.setCursor ?? []), follow] },
      },
      data,
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [data, scheme, height]);

  const moveBy = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const chart = plot.current;
    if (step === 0 || !chart) return;
    event.preventDefault();
    const last = chart.data[0].length - 1;
    const index = Math.min(last, Math.max(0, (chart.cursor.idx ?? (step > 0 ? -1 : last + 1)) + step));
    chart.setCursor({ left: chart.valToPos(chart.data[0][index] as number, 'x'), top: 0 });
  };

  return (
    <div class="chart">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart point by point */}
      <div class="chart-plot" ref={holder} role="img" aria-label={label} tabIndex={0} onKeyDown={moveBy} />
      <div class="chart-readout" role="status" hidden={!shown} style={{ left: `${shown?.left ?? 0}px` }}>
        <strong>{shown?.title}</strong> {shown?.text}
      </div>
      <details class="chart-table">
        <summary>Show as table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section class="scroll-y" tabIndex={0} aria-label={`Table: ${label}`}>
          <table>
            <thead>
              <tr>
                {table.head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={row[0]}>
                  {row.map((cell, column) => (
                    <td key={table.head[column]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  );
}
