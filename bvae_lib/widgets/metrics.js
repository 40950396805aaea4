// Metrics: a code of two factors to rotate, squeeze, copy and blur; ten metrics of it as bars.

const REACH = 2, SIDE = 240; // the plane goes from -REACH to REACH; its drawing is SIDE units wide and high
const FAINTEST = 0.005; // of the noise
const AXES = { degrees: 0, width: 1, noise: FAINTEST, copies: false };
const PRESETS = {
  "axes": {},
  "rotated by 45°": { degrees: 45 },
  "one latent squeezed": { width: 0.04 },
  "duplicated": { copies: true },
  "noise": { noise: 0.1 },
};
const ASKS = {
  "MIG": "Of each factor: how far is the best latent ahead of the second best in information, by bins?",
  "SAP": "Of each factor: how far is the best latent ahead of the second best in R², by a straight line?",
  "MCC": "With one latent for each factor: how well do the two correlate?",
  "modularity": "Does each latent have information on one factor only, by bins?",
  "DCI D, by information": "Does each latent matter for one factor only? Information by bins stands in for the "
    + "importances of a regressor.",
  "DCI C, by information": "Does each factor need one latent only? Information by bins stands in for the importances "
    + "of a regressor.",
  "InfoM": "Does each latent keep to one factor, by information from nearest neighbours? With 288 rows it takes "
    + "weak information for none.",
  "InfoC": "Does each factor keep to one latent, by information from nearest neighbours?",
  "InfoE": "How much of each factor does logistic regression from all latents know?",
  "explicitness": "How well does logistic regression from all latents rank the rows of each class? 0.5 is chance; it "
    + "learns from half of the rows and is tested on the others.",
};

function render({ model, el }) {
  const factors = model.get("factors"), get = (name) => model.get(name);
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const plane = element("div", { class: "bvae-chart bvae-plane bvae-codes" });
  const bars = Object.entries(ASKS).map(([name, asks]) => makeBar(name, asks));
  const line = (label, trait, range, text) =>
    sliderLine(model, label, range, () => get(trait), (value) => model.set(trait, value), text);
  const rows = [
    line("angle", "degrees", { min: 0, max: 90, step: 1 }, (value) => `${value}°`),
    line("width of z₂", "width", { min: 0.02, max: 1, step: 0.02 }),
    line("noise σ", "noise", { min: FAINTEST, max: 0.3, step: 0.005 }, (value) => value.toFixed(3)),
  ];
  const copies = makeCheck("each latent twice", () => {
    model.set("copies", copies.input.checked);
    model.save_changes();
  });
  const second = makeCheck("colour by factor 2", () => draw());
  const buttons = Object.entries(PRESETS).map(([name, preset]) => element("button", {
    type: "button",
    click: () => {
      for (const [trait, value] of Object.entries({ ...AXES, ...preset })) model.set(trait, value);
      model.save_changes();
    },
  }, name));
  el.append(element("div", { class: "bvae" },
    element("div", { class: "bvae-buttons" }, ...buttons), facts,
    element("div", { class: "bvae-charts" }, plane,
      element("div", { class: "bvae-chart bvae-metrics" }, ...bars.map((bar) => bar.row))),
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line), copies.label, second.label),
    element("p", { class: "bvae-note" },
      "Each of two factors has 12 values, from blue to orange; each pair of them has two points. Open a metric's name ",
      "to read what it asks. DCI by trees, the library's default, is too slow for a slider: D and C here take information ",
      "as importance, and informativeness is left out.")));

  function draw() {
    const setting = Object.fromEntries(Object.keys(AXES).map((trait) => [trait, get(trait)]));
    const codes = toyCode(factors, get("draws"), setting), scores = allScores(codes, factors);
    facts.textContent = finding(codes, setting, scores);
    for (const bar of bars) bar.update(scores);
    for (const row of rows) row.update();
    copies.input.checked = setting.copies;
    Object.values(PRESETS).forEach((preset, i) => {
      const chosen = Object.entries({ ...AXES, ...preset }).every(([trait, value]) => setting[trait] === value);
      buttons[i].setAttribute("aria-pressed", chosen);
    });
    plane.replaceChildren(drawCodes(codes, column(factors, second.input.checked ? 1 : 0), setting));
  }
  let waiting = 0; // a preset changes four traits, and a drag sends more events than the screen has frames
  const later = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      draw();
    });
  };
  const events = Object.keys(AXES).map((trait) => `change:${trait}`);
  events.forEach((event) => model.on(event, later));
  draw();
  return () => {
    cancelAnimationFrame(waiting);
    events.forEach((event) => model.off(event, later));
  };
}

/** The code [n][2], or [n][4] with copies, as Metrics.codes computes it. */
function toyCode(factors, draws, { degrees, width, noise, copies }) {
  const most = Math.max(...column(factors, 0)), turn = degrees * Math.PI / 180;
  const c = Math.cos(turn), s = Math.sin(turn);
  return factors.map((classes, i) => {
    const [a, b] = classes.map((value) => (2 * value) / most - 1);
    const two = [c * a - s * b + noise * draws[i][0], width * (s * a + c * b + noise * draws[i][1])];
    return copies ? [...two, ...two] : two;
  });
}

/** What the bars show, in a sentence or two for each thing that is done to the code. */
function finding(codes, { degrees, width, noise, copies }, scores) {
  const said = (...names) => names.map((name) => `${name} ${told(scores[name])}`).join(", ");
  const sentences = [];
  if (degrees % 90)
    sentences.push(`Both latents mix both factors: ${said("MIG", "SAP", "modularity")}. Logistic regression undoes a `
      + `rotation: ${said("InfoE")}.`);
  else if (degrees) sentences.push("The latents have changed places and a sign: no metric asks for either.");
  if (copies)
    sentences.push(`The second best latent is as good as the best: ${said("MIG", "SAP")}. `
      + `Modularity (${told(scores.modularity)}) does not ask how many latents follow a factor.`);
  if (counted(columns(codes)).length < codes[0].length)
    sentences.push("InfoM and InfoC leave z₂ out, as its range is less than a 20th of the widest"
      + `${copies ? "" : "; of one latent InfoC has no value"}. The squeeze changes no other metric.`);
  else if (width < 1) sentences.push("The width of a latent alone changes no metric.");
  if (noise > FAINTEST)
    sentences.push(`Noise blurs the classes: ${said("InfoE", "DCI D, by information")}.`
      + `${scores.InfoM > 0.9 ? ` InfoM (${told(scores.InfoM)}) forgives it.` : ""}`);
  const lowest = told(Math.min(...Object.values(scores)));
  return sentences.join(" ") || `Each factor has a latent of its own. The lowest bar has ${lowest}: bins and few rows `
    + "cost the rest.";
}

function told(score) {
  return Number.isNaN(score) ? "–" : score.toFixed(2);
}

/** Name, bar and value of a metric; what it asks unfolds below. */
function makeBar(name, asks) {
  const bar = element("span", { class: "bvae-bar" }), value = element("span", { class: "bvae-value" });
  const question = element("p", { hidden: "" }, asks);
  const button = element("button", {
    type: "button", class: "bvae-metric-name", "aria-expanded": "false",
    click: () => {
      question.hidden = !question.hidden;
      button.setAttribute("aria-expanded", !question.hidden);
    },
  }, name);
  const row = element("div", { class: "bvae-metric" },
    element("div", {}, button, element("span", { class: "bvae-metric-track" }, bar), value), question);
  const update = (scores) => {
    bar.style.width = `${100 * (scores[name] || 0)}%`;
    value.textContent = told(scores[name]);
  };
  return { row, update };
}

function makeCheck(text, change) {
  const input = element("input", { type: "checkbox", "data-lm-suppress-shortcuts": "true", change });
  return { input, label: element("label", { class: "bvae-check" }, input, text) };
}

/** The first two latents, coloured by a factor, over the lines of equal factors without noise. */
function drawCodes(codes, factor, { degrees, width, copies }) {
  const unit = SIDE / (2 * REACH), middle = SIDE / 2, most = Math.max(...factor);
  const at = ([z1, z2]) => `${(middle + unit * z1).toFixed(1)},${(middle - unit * z2).toFixed(1)}`;
  const places = Array.from({ length: most + 1 }, (_, i) => i);
  const ends = places.flatMap((i) => [[i, 0], [i, most], [0, i], [most, i]]);
  const still = toyCode(ends, ends, { degrees, width, noise: 0, copies }).map(at);
  const lines = still.flatMap((end, i) => (i % 2 ? "L" : "M") + end).join("");
  const dots = places.map((c) => element("path", {
    d: codes.filter((_, i) => factor[i] === c).map((code) => `M${at(code)}h0`).join(""),
    style: `stroke: color-mix(in oklab, var(--bvae-orange) ${(100 * c) / most}%, var(--bvae-blue))`,
  }));
  return element("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img",
    "aria-label": `Codes on a grid of 12 by 12 values, rotated by ${degrees} degrees, z₂ ${width.toFixed(2)} times as `
      + `wide${copies ? "; each latent has a copy" : ""}` },
    element("path", { d: `M0,${middle}H${SIDE}M${middle},0V${SIDE}`, class: "bvae-axis" }),
    element("path", { d: lines, class: "bvae-grid" }),
    ...dots,
    element("text", { x: SIDE - 2, y: middle - 6, "text-anchor": "end" }, copies ? "z₁ = z₃" : "z₁"),
    element("text", { x: middle + 6, y: 11 }, copies ? "z₂ = z₄" : "z₂"));
}

export default { render };
