// Overlap: two posteriors of one latent, their densities, what each costs, and how often they are confused.

const REACH = 4.5, POINTS = 900; // z from -REACH to REACH
const WIDE = 680, HIGH = 220, FLOOR = 24; // of the canvas, in its own pixels; the axis stands FLOOR above its bottom
const NAMES = ["first", "second"];

function render({ model, el }) {
  const canvas = element("canvas", { width: WIDE, height: HIGH, class: "bvae-densities", role: "img" });
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const rows = NAMES.flatMap((name, i) => [
    entryLine(model, `mean of the ${name}`, { min: -3, max: 3, step: 0.05 }, "means", i),
    entryLine(model, `σ of the ${name}`, { min: 0.05, max: 1.5, step: 0.05 }, "sigmas", i),
  ]);
  const costs = NAMES.map((name, i) => element("p", { class: `bvae-note bvae-side-${i}` }));
  el.append(element("div", { class: "bvae" }, canvas, facts, ...costs,
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line)),
    element("p", { class: "bvae-note" },
      "Blue and orange: the two posteriors. Dashed: the prior. Shaded: what the two share.")));

  function draw() {
    const means = model.get("means"), sigmas = model.get("sigmas");
    const { error, doubt } = compare(means, sigmas);
    const summary = `Wrong guesses: ${(100 * error).toFixed(1)}% · `
      + `information: ${(Math.LN2 - doubt).toFixed(2)} of ln 2 = 0.69 nats`;
    facts.textContent = summary;
    costs.forEach((line, i) => {
      const ofMean = means[i] ** 2 / 2, ofSigma = (sigmas[i] ** 2 - 1) / 2 - Math.log(sigmas[i]);
      line.textContent = `The ${NAMES[i]} costs ${(ofMean + ofSigma).toFixed(2)} nats: `
        + `${ofMean.toFixed(2)} for its mean, ${ofSigma.toFixed(2)} for its σ`;
    });
    for (const made of rows) made.update();
    paint(canvas, means, sigmas);
    canvas.setAttribute("aria-label", `Two densities, N(${means[0].toFixed(2)}, ${sigmas[0].toFixed(2)}²) and `
      + `N(${means[1].toFixed(2)}, ${sigmas[1].toFixed(2)}²). ${summary}`);
  }
  model.on("change:means", draw);
  model.on("change:sigmas", draw);
  draw();
  return () => {
    model.off("change:means", draw);
    model.off("change:sigmas", draw);
  };
}

function density(z, mean, sigma) {
  return Math.exp(-0.5 * ((z - mean) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
}

/** How often the better guess is wrong, and the nats of doubt left: H(image | z), by the middles of strips of z. */
function compare(means, sigmas) {
  const reach = 3 + 6 * Math.max(...sigmas), step = (2 * reach) / 4000;
  let error = 0, doubt = 0;
  for (let z = -reach + step / 2; z < reach; z += step) {
    const [a, b] = means.map((mean, i) => density(z, mean, sigmas[i]) / 2);
    error += Math.min(a, b) * step;
    for (const part of [a, b]) if (part > 0) doubt -= part * Math.log(part / (a + b)) * step;
  }
  return { error, doubt };
}

function paint(canvas, means, sigmas) {
  const context = canvas.getContext("2d"), colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
  const peak = Math.max(...sigmas.map((sigma, i) => density(means[i], means[i], sigma)), density(0, 0, 1));
  const zs = Array.from({ length: POINTS + 1 }, (_, i) => -REACH + (2 * REACH * i) / POINTS);
  const x = (z) => ((z + REACH) / (2 * REACH)) * WIDE;
  const y = (height) => HIGH - FLOOR - (height / peak) * (HIGH - FLOOR - 8);
  const trace = (height) => {
    context.beginPath();
    zs.forEach((z) => context.lineTo(x(z), y(height(z))));
  };
  const each = NAMES.map((_, i) => (z) => density(z, means[i], sigmas[i]));

  context.clearRect(0, 0, WIDE, HIGH);
  context.fillStyle = context.strokeStyle = "#808080"; // readable on white and on black
  trace((z) => Math.min(each[0](z), each[1](z)));
  context.globalAlpha = 0.6;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.strokeRect(-1, y(0), WIDE + 2, 0);
  context.font = "14px sans-serif";
  context.textAlign = "center";
  for (let z = -4; z <= 4; z++) context.fillText(z, x(z), HIGH - 6);
  context.setLineDash([6, 5]);
  trace((z) => density(z, 0, 1));
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 3;
  ["--bvae-blue", "--bvae-orange"].forEach((name, i) => {
    context.strokeStyle = colour(name);
    trace(each[i]);
    context.stroke();
  });
}

export default { render };
