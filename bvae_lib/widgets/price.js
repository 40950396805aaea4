// Price: a slider over trained models, by price and if wanted by budget; their latents, the KL of each, and their
// position on the rate-distortion curve.

function render({ model, el }) {
  const runs = model.get("runs");
  const most = Math.max(...runs.map((run) => run.kl[0][1]));

  const link = makeLink(model, { index: { min: 0, max: runs.length - 1, step: 1 } });
  const choose = (index) => {
    if (index === model.get("index")) return;
    model.set("index", index);
    model.save_changes();
  };
  const input = slider({
    min: 0, max: runs.length - 1, step: 1, "aria-label": "price β", input: () => choose(input.valueAsNumber),
  });
  const stops = makeStops(runs.map((run, i) => [i / (runs.length - 1), short(run.price)]));
  const budget = model.get("budget") ? makeBudget(model, runs, draw) : null;
  const facts = element("p", { class: "bvae-facts", "aria-hidden": "true" });
  const real = imageCanvas("The real image"), decoded = imageCanvas("The image as decoded at this price");
  const images = element("div", { class: "bvae-pair" },
    element("figure", {}, real, element("figcaption", {}, "real image")),
    element("figure", {}, decoded, element("figcaption", {}, "decoded")));
  show(real, model.get("image"));
  const strips = element("div", { class: "bvae-strips" });
  const bars = element("div", { class: "bvae-chart" }), curve = element("div", { class: "bvae-chart" });
  el.append(element("div", { class: "bvae" },
    facts, makeTrack("price β", input, stops),
    ...(budget ? [makeTrack("budget ε in nats", budget.input, budget.stops)] : []), images,
    element("div", { class: "bvae-charts" }, bars, curve), strips, ...link));

  let places = []; // of the runs, on the curve
  const distances = (x, y) => places.map((place) => Math.hypot(place[0] - x, place[1] - y));
  const nearest = (x, y) => distances(x, y).reduce((best, far, i, all) => (far < all[best] ? i : best), 0);
  makeDraggable(curve, WIDTH, (x, y, reach) =>
    (Math.min(...distances(x, y)) < reach ? (toX, toY) => choose(nearest(toX, toY)) : null));

  function draw() {
    const index = model.get("index"), run = runs[index], allowed = budget?.follow(index);
    const summary = (budget ? `ε = ${allowed.toFixed(1)} nats, unused ${(allowed - run.rate).toFixed(2)} · ` : "")
      + `β = ${short(run.price)} · rate ${run.rate.toFixed(2)} nats · distortion ${run.distortion.toFixed(2)} nats · `
      + `${run.active} active latent${run.active === 1 ? "" : "s"}`;
    input.value = index;
    input.setAttribute("aria-valuetext", summary.replaceAll(" · ", ", "));
    facts.textContent = summary;
    show(decoded, run.decoded);
    bars.replaceChildren(drawBars(run, most));
    const drawn = drawCurve(runs, index, allowed);
    places = drawn.places;
    curve.replaceChildren(drawn.svg);
    strips.replaceChildren(...drawStrips(run));
  }
  model.on("change:index", draw);
  draw();
  return () => model.off("change:index", draw);
}

/**
 * The slider over budgets: it shows the run of least distortion among those whose rate is within the budget.
 * follow(index) moves it to the run that is shown, and returns the budget in nats: the run's rate, rounded up, unless
 * this slider chose that run.
 */
function makeBudget(model, runs, redraw) {
  const up = (nats) => Math.ceil(10 * nats) / 10; // the slider stands at tenths of a nat, each rate is within its own
  const rates = runs.map((run) => up(run.rate));
  const best = (nats) => runs.reduce((found, run, i) =>
    rates[i] <= nats + 1e-9 && (found < 0 || run.distortion < runs[found].distortion) ? i : found, -1);
  const low = Math.min(...rates), high = Math.max(...rates);
  const input = slider({
    min: low, max: high, step: 0.1, "aria-label": "budget ε in nats",
    input: () => {
      const index = best(input.valueAsNumber);
      model.set("index", index);
      model.save_changes();
      redraw(); // another budget may allow the same run, and then the model sees no change
    },
  });
  const follow = (index) => {
    if (best(input.valueAsNumber) !== index) input.value = rates[index];
    const rate = runs[index].rate.toFixed(2);
    input.setAttribute("aria-valuetext", `${input.valueAsNumber.toFixed(1)} nats allowed, rate ${rate} nats`);
    return input.valueAsNumber;
  };
  const chosen = rates.filter((rate, i) => best(rate) === i); // a run that another dominates is at no stop
  const stops = makeStops(chosen.map((rate) =>
    [(rate - low) / (high - low || 1), rate === low || rate === high ? rate.toFixed(1) : ""]));
  return { input, stops, follow };
}

/** A slider with its name before it, and its stops below. */
function makeTrack(name, input, stops) {
  return element("div", { class: "bvae-row" },
    element("span", { class: "bvae-name", "aria-hidden": "true" }, name),
    element("span", { class: "bvae-track" }, input, stops));
}

/** Ticks and numbers below a slider, at shares of its length. */
function makeStops(stops) {
  const ticks = stops.map(([share, label]) => element("span", { style: `left: ${100 * share}%` }, label));
  return element("span", { class: "bvae-stops", "aria-hidden": "true" }, ...ticks);
}

/** Draw the image at a data address on a canvas; of two that are asked for, the later one stays. */
function show(canvas, address) {
  const image = new Image();
  canvas.wanted = image;
  image.onload = () => canvas.wanted === image && canvas.getContext("2d").drawImage(image, 0, 0);
  image.src = address;
}

/** A row of seven images for each latent, cut out of the run's one sheet by its offset. */
function drawStrips({ shown, kl, sheet }) {
  const nats = new Map(kl);
  const note = shown.length
    ? `What the latents of the largest KL do, from ${VALUES[0]} to ${VALUES.at(-1)}:`
    : "At this price no latent is active: every code is decoded to the same image.";
  return [
    element("p", { class: "bvae-note" }, note),
    ...shown.map((latent, i) => {
      const label = `z${latent} · ${nats.get(latent).toFixed(2)} nats`;
      const at = shown.length > 1 ? (100 * i) / (shown.length - 1) : 0;
      const style = `background: url("${sheet}") 0 ${at}% / 100% ${100 * shown.length}%`;
      return element("div", { class: "bvae-row" },
        element("span", { class: "bvae-name" }, label),
        element("span", { class: "bvae-sheet", role: "img", "aria-label": `Seven images: ${label}`, style }));
    }),
  ];
}

/** KL of each latent, sorted; the scale is the same at every price. */
function drawBars({ kl }, most) {
  const axes = makeAxes([0, kl.length], [0, most], "KL of each latent", "latent, sorted", "KL (nats)", []);
  const wide = (WIDTH - LEFT - RIGHT) / kl.length;
  kl.forEach(([latent, nats], i) => {
    const y = axes.y(nats), x = axes.x(i);
    const size = { width: 0.8 * wide, height: axes.y(0) - y };
    axes.svg.append(element("rect", { x: x + 0.1 * wide, y, ...size, class: "bvae-fill-blue" }));
    if (wide > 18) {
      const below = { x: x + wide / 2, y: axes.y(0) + 13, "text-anchor": "middle" };
      axes.svg.append(element("text", below, `z${latent}`));
    }
  });
  const largest = kl.slice(0, 5).map(([latent, nats]) => `z${latent} ${nats.toFixed(2)}`).join(", ");
  axes.svg.setAttribute("aria-label", `Bars: KL of each latent in nats, the largest ${largest}`);
  return axes.svg;
}

/** Every run as a point, at ``places`` of the drawing; the one shown in orange, with the line of slope minus its price, and the budget dashed. */
function drawCurve(runs, index, allowed) {
  const rates = runs.map((run) => run.rate), distortions = runs.map((run) => run.distortion);
  const margin = 0.08 * (Math.max(...distortions) - Math.min(...distortions) || 1);
  const domain = [0, 1.08 * Math.max(...rates) || 1];
  const range = [Math.min(...distortions) - margin, Math.max(...distortions) + margin];
  const labels = ["Rate–distortion curve", "rate R (nats)", "distortion D (nats)"];
  const axes = makeAxes(domain, range, ...labels, ticks(...domain));
  const places = runs.map((run) => [axes.x(run.rate), axes.y(run.distortion)]);
  const points = [...places].sort((a, b) => a[0] - b[0]);
  axes.svg.append(element("path", { d: `M${points.join("L")}`, class: "bvae-line-blue" }));
  for (const [x, y] of points) axes.svg.append(element("circle", { cx: x, cy: y, r: 3, class: "bvae-fill-blue" }));

  const { price, rate, distortion } = runs[index];
  // The line ends where it leaves the chart, through the top or bottom or through a side.
  const ends = [[domain[0], range[1]], [domain[1], range[0]]].map(([side, level]) => {
    const atLevel = price ? rate + (distortion - level) / price : side;
    const r = side < rate ? Math.max(side, atLevel) : Math.min(side, atLevel);
    return [axes.x(r), axes.y(distortion - price * (r - rate))];
  });
  axes.svg.append(
    element("path", { d: `M${ends.join("L")}`, class: "bvae-line-orange" }),
    element("circle", { cx: axes.x(rate), cy: axes.y(distortion), r: 6, class: "bvae-fill-orange" }),
    element("text", { x: WIDTH - RIGHT, y: TOP + 12, "text-anchor": "end" }, `slope −β = −${short(price)}`),
  );
  if (allowed !== undefined) {
    const x = axes.x(Math.min(allowed, domain[1]));
    const d = `M${x},${TOP}V${HEIGHT - BOTTOM}`;
    axes.svg.append(element("path", { d, class: "bvae-axis", "stroke-dasharray": "4 3" }));
  }
  axes.svg.setAttribute("aria-label", `Rate–distortion curve of ${runs.length} models: at β = ${short(price)} `
    + `the rate is ${rate.toFixed(2)} nats and the distortion ${distortion.toFixed(2)} nats; `
    + "the slope there is minus the price");
  return { svg: axes.svg, places };
}

export default { render };
