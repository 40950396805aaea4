// Overlap: two posteriors of one latent, their densities, what each costs, and how often they are confused.

const REACH = 4.5, POINTS = 900; // z from -REACH to REACH
const WIDE = 680, HIGH = 220, FLOOR = 24; // of the canvas, in its own pixels; the axis stands FLOOR above its bottom
const NAMES = ["first", "second"];

const MEANS = { min: -3, max: 3, step: 0.05 }, SIGMAS = { min: 0.05, max: 1.5, step: 0.05 };

function render({ model, el }) {
  const link = makeLink(model, { means: MEANS, sigmas: SIGMAS });
  const canvas = element("canvas", { width: WIDE, height: HIGH, class: "bvae-densities", role: "img" });
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const rows = NAMES.flatMap((name, i) => [
    entryLine(model, `mean of the ${name}`, MEANS, "means", i),
    entryLine(model, `σ of the ${name}`, SIGMAS, "sigmas", i),
  ]);
  const costs = NAMES.map((name, i) => element("p", { class: `bvae-note bvae-side-${i}` }));
  el.append(element("div", { class: "bvae" }, canvas, facts, ...costs,
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line)),
    element("p", { class: "bvae-note" },
      "Blue and orange: the two posteriors; drag one to move it, a dot on its side to change its σ. ",
      "Dashed: the prior. Shaded: what the two share."), ...link));
  makeDraggable(canvas, WIDE, (x, y, reach) => findHandle(model.get("means"), model.get("sigmas"), x, y, reach, set));

  function set(name, i, value) {
    const { min, max } = name === "means" ? MEANS : SIGMAS;
    const kept = Number(Math.min(max, Math.max(min, value)).toFixed(2));
    model.set(name, model.get(name).map((old, j) => (j === i ? kept : old)));
    model.save_changes();
  }

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

/** How z and densities stand on the canvas: the highest curve fills it. */
function scales(means, sigmas) {
  const peak = Math.max(...sigmas.map((sigma, i) => density(means[i], means[i], sigma)), density(0, 0, 1));
  return {
    x: (z) => ((z + REACH) / (2 * REACH)) * WIDE,
    y: (height) => HIGH - FLOOR - (height / peak) * (HIGH - FLOOR - 8),
    z: (x) => (x / WIDE) * 2 * REACH - REACH,
  };
}

/** The dots on the sides of posterior ``i``, one standard deviation from its mean. */
function shoulders(means, sigmas, i) {
  const { x, y } = scales(means, sigmas);
  return [-1, 1].map((side) => means[i] + side * sigmas[i]).map((z) => [x(z), y(density(z, means[i], sigmas[i]))]);
}

/** What a pointer holds: a dot on a side, which sets a σ, or what is below a curve, which sets a mean. */
function findHandle(means, sigmas, x, y, reach, set) {
  const scale = scales(means, sigmas), z = scale.z(x);
  const sides = [0, 1].flatMap((i) => shoulders(means, sigmas, i).map(([a, b]) => ({ i, far: Math.hypot(a - x, b - y) })));
  const side = sides.reduce((best, other) => (other.far < best.far ? other : best));
  if (side.far < reach) return (toX) => set("sigmas", side.i, Math.abs(scale.z(toX) - means[side.i]));
  const below = [0, 1].filter((i) => y < scale.y(0) && y > scale.y(density(z, means[i], sigmas[i])) - reach / 2);
  if (!below.length) return null;
  const i = below.reduce((best, other) => (Math.abs(means[other] - z) < Math.abs(means[best] - z) ? other : best));
  return (toX) => set("means", i, means[i] + scale.z(toX) - z);
}

function paint(canvas, means, sigmas) {
  const context = canvas.getContext("2d"), colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
  const { x, y } = scales(means, sigmas);
  const zs = Array.from({ length: POINTS + 1 }, (_, i) => -REACH + (2 * REACH * i) / POINTS);
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
    context.strokeStyle = context.fillStyle = colour(name);
    trace(each[i]);
    context.stroke();
    for (const [across, down] of shoulders(means, sigmas, i)) {
      context.beginPath();
      context.arc(across, down, 7, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

export default { render };
