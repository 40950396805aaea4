// Budget: one slider over the snapshots of a run; nats and noise of each factor, and images as decoded then.

function render({ model, el }) {
  const frames = model.get("frames"), columns = model.get("columns");
  const most = Math.max(...frames.flatMap((frame) => frame.factors.map((factor) => factor.nats)));

  const input = slider({
    min: 0, max: frames.length - 1, step: 1, "aria-label": "capacity C in nats",
    input: () => {
      model.set("index", input.valueAsNumber);
      model.save_changes();
    },
  });
  const ends = makeEnds(...[frames[0], frames.at(-1)].map((frame) => `C = ${frame.capacity.toFixed(0)}`));
  const facts = element("p", { class: "bvae-facts", "aria-hidden": "true" });
  const rows = ["Real image", "Decoded image"].map((name) =>
    Array.from({ length: columns }, (_, i) => imageCanvas(`${name} ${i + 1}`)));
  const nats = element("div", { class: "bvae-rows" });
  const style = `grid-template-columns: repeat(${columns}, 1fr)`;
  const strip = (canvases) => element("div", { class: "bvae-cells", style }, ...canvases);
  el.append(element("div", { class: "bvae" }, facts, input, ends,
    element("p", { class: "bvae-note" }, "Real images, and what is decoded from the means of their channels:"),
    strip(rows[0]), strip(rows[1]), nats,
    element("p", { class: "bvae-note" },
      "Bars: nats of each factor. s: standard deviation of the noise on its channels; at 1 they carry nothing.")));

  const sheet = new Image();
  const paint = (canvases, row) => canvases.forEach((canvas, i) =>
    canvas.getContext("2d").drawImage(sheet, 64 * i, 64 * row, 64, 64, 0, 0, 64, 64));

  function draw() {
    const index = model.get("index"), frame = frames[index];
    const summary = `C = ${frame.capacity.toFixed(0)} nats · rate ${frame.rate.toFixed(1)} nats`
      + ` · distortion ${frame.distortion.toFixed(0)} nats · price ${frame.price.toPrecision(2)}`;
    const spoken = [summary, ...frame.factors.map((f) => `${f.name} ${f.nats.toFixed(1)}`)].join(", ");
    input.value = index;
    input.setAttribute("aria-valuetext", spoken.replaceAll(" · ", ", "));
    facts.textContent = summary;
    nats.replaceChildren(...frame.factors.map((factor) => drawFactor(factor, most)));
    if (sheet.complete && sheet.naturalWidth) paint(rows[1], 1 + index);
  }
  sheet.onload = () => {
    paint(rows[0], 0);
    draw();
  };
  sheet.src = model.get("sheet");
  model.on("change:index", draw);
  draw();
  return () => model.off("change:index", draw);
}

/** Name, bar and number of one factor; behind the bar's number, the noise of its channels. */
function drawFactor({ name, nats, noise }, most) {
  const sigmas = noise.map(([channel, s]) => (noise.length > 1 ? `${channel} ` : "") + s.toFixed(2)).join(", ");
  const bar = element("span", { class: "bvae-bar", style: `width: ${(100 * nats) / most}%` });
  const label = `${name}: ${nats.toFixed(2)} nats; noise s ${sigmas}`;
  return element("div", { class: "bvae-row", role: "img", "aria-label": label },
    element("span", { class: "bvae-factor" }, name),
    element("span", { class: "bvae-track" }, bar),
    element("span", { class: "bvae-value" }, nats.toFixed(2)),
    element("span", { class: "bvae-noise" }, `s: ${sigmas}`));
}

export default { render };
