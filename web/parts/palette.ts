/** The theme's colours for canvases, which cannot read CSS variables themselves; and axes drawn with them. */
import type uPlot from 'uplot';

const NAMES = [
  'ink',
  'muted',
  'line',
  'line-strong',
  'grid',
  'surface',
  'chart',
  'chart-fill',
  'now',
  'soon',
  'later',
  'unlikely',
] as const;

export type Palette = Record<(typeof NAMES)[number], string> & { font: string };

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colours = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return { ...Object.fromEntries(colours), font: `500 12px ${style.getPropertyValue('--text')}` };
}

/** The two axes every chart here has: quiet x labels, light horizontal grid. */
export function axes(palette: Palette, x: uPlot.Axis, y: uPlot.Axis): uPlot.Axis[] {
  const common = { stroke: palette.muted, font: palette.font, labelFont: palette.font, ticks: { show: false } };
  return [
    { ...common, grid: { show: false }, size: 30, gap: 6, ...x },
    { ...common, grid: { stroke: palette.grid, width: 1 }, size: 46, gap: 6, ...y },
  ];
}

/** A dashed line across the plot at an x value, with a word beside its head. */
export function markAt(palette: Palette, at: number | undefined, word: string): (chart: uPlot) => void {
  return (chart) => {
    if (at === undefined) return;
    const { ctx, bbox } = chart;
    const x = chart.valToPos(at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = palette.muted;
    ctx.fillStyle = palette.muted;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = palette.font.replace('12px', `${12 * devicePixelRatio}px`);
    const right = x + 6 * devicePixelRatio;
    const fits = right + ctx.measureText(word).width < bbox.left + bbox.width;
    ctx.textAlign = fits ? 'left' : 'right';
    ctx.textBaseline = 'top';
    ctx.fillText(word, fits ? right : x - 6 * devicePixelRatio, bbox.top + 2 * devicePixelRatio);
    ctx.restore();
  };
}
