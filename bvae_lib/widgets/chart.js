// A chart: axes, ticks and numbers, as the widgets with charts share them.

const WIDTH = 340, HEIGHT = 230, LEFT = 46, TOP = 26, BOTTOM = 40, RIGHT = 12; // of a chart, in its own units

/** An empty chart: its svg, x() and y() from data to its units, data() back; yTicks are pairs of place and number. */
function makeAxes([x0, x1], [y0, y1], title, xLabel, yLabel, xTicks, yTicks = ticks(y0, y1).map((v) => [v, v])) {
  const x = (value) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - ((value - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM);
  const data = (across, down) => [
    x0 + ((across - LEFT) / (WIDTH - LEFT - RIGHT)) * (x1 - x0),
    y0 + ((HEIGHT - BOTTOM - down) / (HEIGHT - TOP - BOTTOM)) * (y1 - y0),
  ];
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" },
    element("text", { x: LEFT, y: 14, class: "bvae-title" }, title),
    element("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, xLabel),
    element("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, yLabel),
    ...yTicks.flatMap(([at, value]) => [
      element("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(at), y2: y(at), class: "bvae-grid" }),
      element("text", { x: LEFT - 4, y: y(at) + 4, "text-anchor": "end" }, short(value)),
    ]),
    ...xTicks.map((value) =>
      element("text", { x: x(value), y: HEIGHT - BOTTOM + 14, "text-anchor": "middle" }, short(value))),
    element("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, class: "bvae-axis" }));
  return { svg, x, y, data };
}

/** Four or so round numbers from low to high. */
function ticks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((s) => s * power >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** A number in at most three digits, where it has no more before its point. */
function short(value) {
  return String(Math.abs(value) < 1000 ? Number(value.toPrecision(3)) : Math.round(value));
}
