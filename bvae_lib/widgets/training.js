// Training: one slider over the steps of a run; its price, its rate and what its latents draw move together.

function render({ model, el }) {
  const steps = model.get("steps"), runs = model.get("runs");
  const prices = runs.flatMap((run) => run.price), rates = runs.flatMap((run) => [...run.rate, ...run.capacity]);
  const most = Math.max(...runs.flatMap((run) => run.kl.flat()));
  const link = makeLink(model, {
    index: { min: 0, max: steps.length - 1, step: 1 }, run: { min: 0, max: runs.length - 1, step: 1 },
  });
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const buttons = runs.map((run, i) =>
    element("button", { type: "button", click: () => set("run", i) }, run.name));
  const input = slider({
    min: 0, max: steps.length - 1, step: 1, "aria-label": "step of training",
    input: () => set("index", input.valueAsNumber),
  });
  const facts = element("p", { class: "bvae-facts", "aria-hidden": "true" });
  const note = element("p", { class: "bvae-note" });
  const price = element("div", { class: "bvae-chart" }), rate = element("div", { class: "bvae-chart" });
  const rows = element("div", { class: "bvae-strips" });
  el.append(element("div", { class: "bvae" },
    element("div", { class: "bvae-buttons", role: "group", "aria-label": "Objective" }, ...buttons),
    facts, input, makeEnds(`step ${steps[0]}`, `step ${steps.at(-1)}`),
    element("div", { class: "bvae-charts" }, price, rate), note, rows, ...link));

  function draw() {
    const index = model.get("index"), chosen = model.get("run"), run = runs[chosen];
    const stored = run.stored.reduce((best, other) =>
      Math.abs(other.step - steps[index]) < Math.abs(best.step - steps[index]) ? other : best);
    const summary = `step ${steps[index]} · price ${short(run.price[index])} · capacity ${run.capacity[index].toFixed(1)}`
      + ` · rate ${run.rate[index].toFixed(1)} nats · distortion ${run.distortion[index].toFixed(0)} nats`;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === chosen));
    input.value = index;
    input.setAttribute("aria-valuetext", `${run.name}, ${summary.replaceAll(" · ", ", ")}`);
    facts.textContent = summary;
    price.replaceChildren(drawPrice(steps, run, prices, index));
    rate.replaceChildren(drawRate(steps, run, rates, index));
    note.textContent = `KL of each latent at step ${steps[index]}, and what it draws from ${VALUES[0]} to `
      + `${VALUES.at(-1)} (images of step ${stored.step}, the nearest that is stored):`;
    rows.replaceChildren(...run.latents.map((latent, i) =>
      drawLatent(latent, run.kl[index][i], most, stored.sheet, run.latents.length > 1 ? i / (run.latents.length - 1) : 0,
        run.latents.length)));
  }
  const events = ["change:index", "change:run"];
  for (const event of events) model.on(event, draw);
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

/** The price over steps; logarithmic to either side of zero, as prices of both signs and of all sizes occur. */
function drawPrice(steps, run, prices, index) {
  const scale = (value) => Math.asinh(value / 0.2) / Math.LN10; // a power of ten is about one unit apart
  const label = (at) => Math.sign(at) * 10 ** (Math.abs(at) - 1);
  const reach = (worst) => Math.ceil(Math.abs(scale(worst)) - 1e-9);
  const range = [-reach(Math.min(0, ...prices)), reach(Math.max(0, ...prices))];
  const marks = Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i).filter((at) => at % 2 === 0);
  const axes = makeAxes([0, steps.at(-1)], range, "Effective price", "step", "nats of D per nat of R",
    ticks(0, steps.at(-1)), marks.map((at) => [at, at ? label(at) : 0]));
  const at = (i) => `${axes.x(steps[i])},${axes.y(scale(run.price[i]))}`;
  axes.svg.append(
    element("path", { d: `M${LEFT},${axes.y(0)}H${WIDTH - RIGHT}`, class: "bvae-axis" }),
    element("path", { d: `M${steps.map((_, i) => at(i)).join("L")}`, class: "bvae-line-blue" }));
  drawNow(axes, steps[index], scale(run.price[index]));
  axes.svg.setAttribute("aria-label", `Effective price over steps: ${short(run.price[index])} at step ${steps[index]}`);
  return axes.svg;
}

/** The rate over steps, and the capacity dashed. */
function drawRate(steps, run, rates, index) {
  const axes = makeAxes([0, steps.at(-1)], [0, Math.max(...rates)], "Rate, and capacity dashed", "step", "nats",
    ticks(0, steps.at(-1)));
  const path = (values) => `M${values.map((value, i) => `${axes.x(steps[i])},${axes.y(value)}`).join("L")}`;
  axes.svg.append(
    element("path", { d: path(run.capacity), class: "bvae-axis", "stroke-dasharray": "4 3" }),
    element("path", { d: path(run.rate), class: "bvae-line-blue" }));
  drawNow(axes, steps[index], run.rate[index]);
  axes.svg.setAttribute("aria-label", `Rate over steps: ${run.rate[index].toFixed(1)} nats at step ${steps[index]}, `
    + `where the capacity is ${run.capacity[index].toFixed(1)} nats`);
  return axes.svg;
}

/** Mark the step that the slider is at, and the curve there. */
function drawNow(axes, step, value) {
  axes.svg.append(
    element("path", { d: `M${axes.x(step)},${TOP}V${HEIGHT - BOTTOM}`, class: "bvae-line-orange" }),
    element("circle", { cx: axes.x(step), cy: axes.y(value), r: 5, class: "bvae-fill-orange" }));
}

/** Name, KL as number and bar, and seven images of one latent, cut out of the sheet by ``down``, from 0 to 1. */
function drawLatent(latent, nats, most, sheet, down, count) {
  const name = `z${latent} · ${nats.toFixed(2)} nats`;
  const style = `background: url("${sheet}") 0 ${100 * down}% / 100% ${100 * count}%`;
  return element("div", { class: "bvae-row" },
    element("span", { class: "bvae-name" }, name,
      element("span", { class: "bvae-bar", style: `width: ${(100 * Math.max(0, nats)) / most}%` })),
    element("span", { class: "bvae-sheet", role: "img", "aria-label": `Seven images: ${name}`, style }));
}

export default { render };
