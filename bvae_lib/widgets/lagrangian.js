// Lagrangian: chapter 2's example with one mean m. D = (2 - m)²/2 and R = m²/2, a price and a budget.

const LEAST = -1, MOST = 3.2, DEAREST = 5, WIDEST = 2.5; // ends of m, and the largest price and budget
const NEAR = 0.02; // nats: within these a condition is said to hold, as the sliders move in steps

const distortion = (m) => 0.5 * (2 - m) ** 2;
const rate = (m) => 0.5 * m ** 2;
const lagrangian = (m, price, budget) => distortion(m) + price * (rate(m) - budget); // Eq. 2.2, its sign turned
const minimiser = (price) => 2 / (1 + price);
const bound = (price, budget) => lagrangian(minimiser(price), price, budget); // the dual function g
const bestAllowed = (budget) => Math.min(Math.sqrt(2 * budget), 2);

const PRICES = { min: 0, max: DEAREST, step: 0.01 }, BUDGETS = { min: 0, max: WIDEST, step: 0.01 };

function render({ model, el }) {
  const link = makeLink(model, { price: PRICES, budget: BUDGETS });
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const curves = element("div", { class: "bvae-chart" }), dual = element("div", { class: "bvae-chart" });
  const conditions = element("p", { class: "bvae-conditions" });
  const rows = [
    sliderLine(model, "price β", PRICES,
      () => model.get("price"), (value) => model.set("price", value)),
    sliderLine(model, "budget ε in nats", BUDGETS,
      () => model.get("budget"), (value) => model.set("budget", value)),
  ];
  el.append(element("div", { class: "bvae" }, facts, element("div", { class: "bvae-charts" }, curves, dual), conditions,
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line)),
    element("p", { class: "bvae-note" },
      "First chart, blue: D, with the best mean in the budget (shaded). Orange: D + β (R − ε), and its minimum. ",
      "Second chart, orange: that minimum at every price, g(β). Blue: the least D in the budget, V(ε). ",
      "Dashed: the tangent at β, D + β (R − ε) of one mean at every price. ",
      "Drag the tangent or an orange point for another price, the blue line or the edge of the budget for another budget. ",
      `A condition has a tick where it holds within ${NEAR} nats.`), ...link));

  const set = (name, value, { min, max }) => {
    model.set(name, Number(Math.min(max, Math.max(min, value)).toFixed(2)));
    model.save_changes();
  };
  let drawn = null; // the axes of both charts
  makeDraggable(curves, WIDTH, (x, y, reach) => {
    const price = model.get("price"), budget = model.get("budget"), { axes } = drawn.curves, m = minimiser(price);
    const point = [axes.x(m), axes.y(bound(price, budget))];
    if (Math.hypot(point[0] - x, point[1] - y) < reach)
      return (toX) => set("price", 2 / Math.max(axes.data(toX - x + point[0], 0)[0], 1e-3) - 1, PRICES);
    const edge = axes.x(Math.sqrt(2 * budget));
    if (Math.abs(edge - x) >= reach) return null;
    return (toX) => set("budget", rate(Math.max(0, axes.data(toX - x + edge, 0)[0])), BUDGETS);
  });
  makeDraggable(dual, WIDTH, (x, y, reach) => {
    const { axes, ends } = drawn.dual, price = model.get("price"), off = x - axes.x(price);
    if (fromSegment([x, y], ends) < reach) return (toX) => set("price", axes.data(toX - off, 0)[0], PRICES);
    const line = axes.y(distortion(bestAllowed(model.get("budget"))));
    if (Math.abs(line - y) >= reach) return null;
    return (toX, toY) => { // V(ε), turned round, on the axes as they are now
      const least = Math.max(0, Math.min(2, drawn.dual.axes.data(0, toY - y + line)[1]));
      set("budget", rate(2 - Math.sqrt(2 * least)), BUDGETS);
    };
  });

  function draw() {
    const price = model.get("price"), budget = model.get("budget"), m = minimiser(price);
    facts.textContent = `β = ${price.toFixed(2)} leads to m = ${m.toFixed(2)}, R = ${rate(m).toFixed(2)} nats · `
      + `ε = ${budget.toFixed(2)} nats · g(β) = ${signed(bound(price, budget))} · `
      + `V(ε) = ${distortion(bestAllowed(budget)).toFixed(2)}`;
    conditions.textContent = describe(price, budget);
    for (const made of rows) made.update();
    drawn = { curves: drawCurves(price, budget), dual: drawDual(price, budget) };
    curves.replaceChildren(drawn.curves.axes.svg);
    dual.replaceChildren(drawn.dual.axes.svg);
  }
  model.on("change:price", draw);
  model.on("change:budget", draw);
  draw();
  return () => {
    model.off("change:price", draw);
    model.off("change:budget", draw);
  };
}

/** The four KKT conditions at the minimum of the Lagrangian, each with a tick or a cross. */
function describe(price, budget) {
  const excess = rate(minimiser(price)) - budget, slack = price * excess;
  const hold = [true, excess <= NEAR, true, Math.abs(slack) <= NEAR];
  const names = ["stationarity", `R ≤ ε`, "β ≥ 0", `β (R − ε) = 0 (it is ${signed(slack)})`];
  const verdict = hold.every(Boolean) ? "All four hold: m is the best mean in the budget." : "Not all four hold.";
  return `${names.map((name, i) => `${hold[i] ? "✓" : "✗"} ${name}`).join(" · ")}. ${verdict}`;
}

/** A number with two decimals, and with a minus only where it is below 0 after rounding. */
function signed(value) {
  return (Number(value.toFixed(2)) || 0).toFixed(2).replace("-", "−");
}

/** A line through the points of a function that lie in the chart: for a convex or concave one, one piece. */
function trace(axes, from, to, [low, high], f) {
  const points = Array.from({ length: 201 }, (_, i) => from + ((to - from) * i) / 200)
    .map((x) => [x, f(x)]).filter(([, y]) => y >= low && y <= high);
  return `M${points.map(([x, y]) => [axes.x(x), axes.y(y)]).join("L")}`;
}

/** Distortion and Lagrangian over the mean. */
function drawCurves(price, budget) {
  const m = minimiser(price), least = bound(price, budget), best = bestAllowed(budget), reach = Math.sqrt(2 * budget);
  const range = [Math.min(-0.5, 1.1 * least), 6];
  const axes = makeAxes([LEAST, MOST], range, "D, and D + β (R − ε)", "posterior mean m", "nats", [-1, 0, 1, 2, 3]);
  const [left, right] = [axes.x(Math.max(LEAST, -reach)), axes.x(Math.min(MOST, reach))];
  axes.svg.append(
    element("rect", { x: left - 1, width: right - left + 2, y: axes.y(range[1]),
      height: axes.y(range[0]) - axes.y(range[1]), class: "bvae-allowed" }),
    element("path", { d: trace(axes, LEAST, MOST, range, distortion), class: "bvae-line-blue" }),
    element("path", { d: trace(axes, LEAST, MOST, range, (at) => lagrangian(at, price, budget)), class: "bvae-line-orange" }),
    element("circle", { cx: axes.x(best), cy: axes.y(distortion(best)), r: 6, class: "bvae-fill-blue" }),
    element("circle", { cx: axes.x(m), cy: axes.y(least), r: 5, class: "bvae-fill-orange" }));
  axes.svg.setAttribute("aria-label", `The best mean in the budget is ${best.toFixed(2)}; the Lagrangian is least at `
    + `${m.toFixed(2)}, ${signed(least)} nats`);
  return { axes };
}

/** How far a place is from the piece of a line between two others. */
function fromSegment([x, y], [[x0, y0], [x1, y1]]) {
  const [a, b] = [x1 - x0, y1 - y0];
  const share = Math.min(1, Math.max(0, ((x - x0) * a + (y - y0) * b) / (a * a + b * b)));
  return Math.hypot(x - x0 - share * a, y - y0 - share * b);
}

/** The dual function over the price, below the least distortion in the budget, and its tangent between ``ends``. */
function drawDual(price, budget) {
  const here = bound(price, budget), value = distortion(bestAllowed(budget));
  const range = [Math.min(-0.5, 1.1 * here), 2.2];
  const axes = makeAxes([0, DEAREST], range, "Bound g(β) at every price", "price β", "nats", [0, 1, 2, 3, 4, 5]);
  const slope = rate(minimiser(price)) - budget; // of g: what the constraint is missed by (its gradient)
  const half = Math.min(1.5, 1 / Math.abs(slope)); // of the tangent's length along the price; it stays in the chart
  const ends = [Math.max(0, price - half), Math.min(DEAREST, price + half)]
    .map((at) => [axes.x(at), axes.y(here + slope * (at - price))]);
  axes.svg.append(
    element("path", { d: `M${axes.x(0)},${axes.y(value)}H${axes.x(DEAREST)}`, class: "bvae-line-blue" }),
    element("path", { d: trace(axes, 0, DEAREST, range, (at) => bound(at, budget)), class: "bvae-line-orange" }),
    element("path", { d: `M${ends.join("L")}`, class: "bvae-axis", "stroke-dasharray": "4 3" }),
    element("circle", { cx: axes.x(price), cy: axes.y(here), r: 5, class: "bvae-fill-orange" }));
  axes.svg.setAttribute("aria-label", `A concave curve below a line at ${value.toFixed(2)} nats; at price `
    + `${price.toFixed(2)} it is ${signed(here)} nats high`);
  return { axes, ends };
}

export default { render };
