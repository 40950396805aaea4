// Rotation: a posterior of two latents that is rotated, the best diagonal one, and what the difference costs.

const EDGE = 1.1, SIZE = 230; // the plane goes from -EDGE to EDGE; its drawing is SIZE units wide and high

const ANGLES = { min: 0, max: 90, step: 1 }, SIGMAS = { min: 0.1, max: 1, step: 0.05 };

function render({ model, el }) {
  const link = makeLink(model, { degrees: ANGLES, sigmas: SIGMAS });
  const facts = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const plane = element("div", { class: "bvae-chart bvae-plane" }), curve = element("div", { class: "bvae-chart" });
  const widths = element("p", { class: "bvae-note" });
  const rows = [
    sliderLine(model, "angle θ", ANGLES,
      () => model.get("degrees"), (value) => model.set("degrees", value), (value) => `${value}°`),
    ...[0, 1].map((i) => entryLine(model, `s${"₁₂"[i]}`, SIGMAS, "sigmas", i)),
  ];
  el.append(element("div", { class: "bvae" }, facts, element("div", { class: "bvae-charts" }, plane, curve), widths,
    element("div", { class: "bvae-rows" }, ...rows.map((made) => made.line)),
    element("p", { class: "bvae-note" },
      "Blue: the rotated posterior, one standard deviation around its mean; drag it to rotate it. ",
      "Orange: the best diagonal posterior."), ...link));
  makeDraggable(plane, SIZE, (x, y, reach) => {
    const turn = (atX, atY) => Math.atan2(SIZE / 2 - atY, atX - SIZE / 2) * 180 / Math.PI;
    const degrees = model.get("degrees"), start = turn(x, y), unit = SIZE / (2 * EDGE);
    const far = Math.hypot(x - SIZE / 2, y - SIZE / 2), along = (start - degrees) * Math.PI / 180;
    const [s1, s2] = model.get("sigmas").map((sigma) => sigma * unit + reach);
    if (Math.hypot(far * Math.cos(along) / s1, far * Math.sin(along) / s2) > 1) return null;
    return (toX, toY) => {
      const by = ((turn(toX, toY) - start + 540) % 360) - 180; // the short way round
      model.set("degrees", Math.round(Math.min(90, Math.max(0, degrees + by))));
      model.save_changes();
    };
  });

  function draw() {
    const degrees = model.get("degrees"), sigmas = model.get("sigmas"), best = diagonal(sigmas, degrees);
    const summary = `rotated by ${Math.round(degrees)}° · s₁/s₂ = ${(sigmas[0] / sigmas[1]).toFixed(2)} · `
      + `cost Δ = ${cost(sigmas, degrees).toFixed(2)} nats`;
    facts.textContent = summary;
    widths.textContent = `Best diagonal: t₁ = ${best[0].toFixed(2)}, t₂ = ${best[1].toFixed(2)}.`;
    for (const made of rows) made.update();
    plane.replaceChildren(drawPlane(sigmas, best, degrees));
    curve.replaceChildren(drawCost(sigmas, degrees));
  }
  model.on("change:degrees", draw);
  model.on("change:sigmas", draw);
  draw();
  return () => {
    model.off("change:degrees", draw);
    model.off("change:sigmas", draw);
  };
}

/** The standard deviations of the best diagonal posterior (Eq. 3.9). */
function diagonal([s1, s2], degrees) {
  const c = Math.cos(degrees * Math.PI / 180) ** 2, s = 1 - c;
  return [(c / s1 ** 2 + s / s2 ** 2) ** -0.5, (s / s1 ** 2 + c / s2 ** 2) ** -0.5];
}

/** What the rotation costs, in nats (Eq. 3.10). */
function cost([s1, s2], degrees) {
  return 0.5 * Math.log1p(0.25 * (Math.sin(degrees * Math.PI / 90) * (s1 / s2 - s2 / s1)) ** 2);
}

/** Two ellipses over the axes of the latents. */
function drawPlane(sigmas, best, degrees) {
  const unit = SIZE / (2 * EDGE), middle = SIZE / 2;
  const ellipse = ([one, other], turn) => {
    const [a, b] = [one * unit, other * unit];
    const d = `M${-a},0A${a},${b} 0 1 1 ${a},0A${a},${b} 0 1 1 ${-a},0Z`;
    return { d, transform: `translate(${middle} ${middle}) rotate(${-turn})` }; // y points down on a screen
  };
  return element("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img",
    "aria-label": `An ellipse rotated by ${Math.round(degrees)} degrees, and one along the axes, of half-widths `
      + `${best[0].toFixed(2)} and ${best[1].toFixed(2)}` },
    element("path", { d: `M0,${middle}H${SIZE}M${middle},0V${SIZE}`, class: "bvae-grid" }),
    element("text", { x: SIZE - 4, y: middle - 6, "text-anchor": "end" }, "z₁"),
    element("text", { x: middle + 6, y: 12 }, "z₂"),
    element("path", { ...ellipse(sigmas, degrees), class: "bvae-line-blue" }),
    element("path", { ...ellipse(best, 0), class: "bvae-line-orange" }));
}

/** The cost at every angle, and a point at this one. */
function drawCost(sigmas, degrees) {
  const top = Math.max(0.5, 1.1 * cost(sigmas, 45)), angles = Array.from({ length: 91 }, (_, i) => i);
  const axes = makeAxes([0, 90], [0, top], "Cost of the rotation", "angle θ (degrees)", "Δ (nats)", [0, 30, 45, 60, 90]);
  const points = angles.map((angle) => [axes.x(angle), axes.y(cost(sigmas, angle))]);
  const here = cost(sigmas, degrees);
  axes.svg.append(
    element("path", { d: `M${points.join("L")}`, class: "bvae-line-blue" }),
    element("circle", { cx: axes.x(degrees), cy: axes.y(here), r: 6, class: "bvae-fill-orange" }));
  axes.svg.setAttribute("aria-label", `A hill that is highest at 45 degrees, ${cost(sigmas, 45).toFixed(2)} nats, and 0 `
    + `at 0 and 90; here, at ${Math.round(degrees)} degrees, ${here.toFixed(2)} nats`);
  return axes.svg;
}

export default { render };
