// Lagrangian: chapter 2's example with one mean m. D = (2 - m)²/2 and R = m²/2, a price and a budget.

const LEAST = -1, MOST = 3.2, DEAREST = 5, WIDEST = 2.5; // ends of m, and the largest price and budget
const NEAR = 0.02; // nats: within these a condition is said to hold, as the sliders move in steps

const distortion = (m) => 0.5 * (2 - m) ** 2;
const rate = (m) => 0.5 * m ** 2;
const lagrangian = (m, price, budget) => distortion(m) + price * (rate(m) - budget); // Eq. 2.2, its sign turned
const minimiser = (price) => 2 / (1 + price);
const bound = (price, budget) => lagrangian(minimiser(price), price, budget); // the dual function g
const bestAllowed = (budget) => Math.min(Math.sqrt(2 * budget), 2);

function render({ model, el }) {
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const curves = element("div", { class: "bvae-chart" }), dual = element("div", { class: "bvae-chart" });
  const conditions = element("p", { class: "bvae-conditions" });
  const rows = [
    sliderLine(model, "price β", { min: 0, max: DEAREST, step: 0.01 },
      () => model.get("price"), (value) => model.set("price", value)),
    sliderLine(model, "budget ε in nats", { min: 0, max: WIDEST, step: 0.01 },
      () => model.get("budget"), (value) => model.set("budget", value)),
  ];
  el.append(element("div", { class: "bvae" }, facts, element("div", { class: "bvae-charts" }, curves, dual), conditions,
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line)),
    element("p", { class: "bvae-note" },
      "First chart, blue: D, with the best mean in the budget (shaded). Orange: D + β (R − ε), and its minimum. ",
      "Second chart, orange: that minimum at every price, g(β). Blue: the least D in the budget, V(ε). ",
      `A condition has a tick where it holds within ${NEAR} nats.`)));

  function draw() {
    const price = model.get("price"), budget = model.get("budget"), m = minimiser(price);
    facts.textContent = `β = ${price.toFixed(2)} leads to m = ${m.toFixed(2)}, R = ${rate(m).toFixed(2)} nats · `
      + `ε = ${budget.toFixed(2)} nats · g(β) = ${signed(bound(price, budget))} · `
      + `V(ε) = ${distortion(bestAllowed(budget)).toFixed(2)}`;
    conditions.textContent = describe(price, budget);
    for (const made of rows) made.update();
    curves.replaceChildren(drawCurves(price, budget));
    dual.replaceChildren(drawDual(price, budget));
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
  return axes.svg;
}

/** The dual function over the price, below the least distortion in the budget. */
function drawDual(price, budget) {
  const here = bound(price, budget), value = distortion(bestAllowed(budget));
  const range = [Math.min(-0.5, 1.1 * here), 2.2];
  const axes = makeAxes([0, DEAREST], range, "Bound g(β) at every price", "price β", "nats", [0, 1, 2, 3, 4, 5]);
  axes.svg.append(
    element("path", { d: `M${axes.x(0)},${axes.y(value)}H${axes.x(DEAREST)}`, class: "bvae-line-blue" }),
    element("path", { d: trace(axes, 0, DEAREST, range, (at) => bound(at, budget)), class: "bvae-line-orange" }),
    element("circle", { cx: axes.x(price), cy: axes.y(here), r: 5, class: "bvae-fill-orange" }));
  axes.svg.setAttribute("aria-label", `A concave curve below a line at ${value.toFixed(2)} nats; at price `
    + `${price.toFixed(2)} it is ${signed(here)} nats high`);
  return axes.svg;
}

export default { render };
