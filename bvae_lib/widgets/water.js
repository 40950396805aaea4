// WaterLevel: bars of half log-variances; what stands above the water, half the log of the price, is a rate.

const WIDE = 680, HIGH = 300, FLOOR = 34, ROOF = 30; // of the canvas, in its own pixels

function render({ model, el }) {
  const variances = model.get("variances"), noise = model.get("noise"), reach = model.get("reach").map(Math.log);
  const canvas = element("canvas", { width: WIDE, height: HIGH, class: "bvae-water", role: "img" });
  const facts = element("p", { class: "bvae-facts", "aria-hidden": "true" });
  const next = element("p", { class: "bvae-note", "aria-live": "polite" });
  const link = makeLink(model, { price: { min: model.get("reach")[0], max: model.get("reach")[1] } });
  const setPrice = (price) => {
    const [low, high] = model.get("reach"); // exp(log(end)) may miss the end by a rounding
    model.set("price", Math.min(Math.max(price, low), high));
    model.save_changes();
  };
  const input = slider({
    min: reach[0], max: reach[1], step: (reach[1] - reach[0]) / 200, "aria-label": "price β",
    input: () => setPrice(Math.exp(input.valueAsNumber)),
  });
  el.append(element("div", { class: "bvae" }, canvas, facts, next, input, makeEnds("low price", "high price"),
    element("p", { class: "bvae-note" },
      "Bar: half the log-variance of a component. Line: the water, half the log of the price; drag it. ",
      "Blue: the component's rate in nats."), ...link));
  const ends = reach.map((end) => (end + Math.log(noise)) / 2); // heights of the water
  makeDraggable(canvas, WIDE, (x, y, near) => {
    const off = y - placeOf(Math.log(model.get("price") * noise) / 2, ends);
    return Math.abs(off) < near ? (toX, toY) => setPrice(Math.exp(2 * heightOf(toY - off, ends)) / noise) : null;
  });

  function draw() {
    const price = model.get("price"), level = price * noise;
    const rates = variances.map((variance) => Math.max(0, Math.log(variance / level) / 2));
    const sum = rates.reduce((a, b) => a + b, 0), active = rates.filter((rate) => rate > 0).length;
    const summary = `price ${price.toFixed(2)} · rate ${sum.toFixed(2)} nats · ${active} of ${rates.length} active`;
    input.value = Math.log(price);
    input.setAttribute("aria-valuetext", summary.replaceAll(" · ", ", "));
    facts.textContent = summary;
    next.textContent = share(active) + onset(variances[active], noise);
    canvas.setAttribute("aria-label", `Nats of each component: ${rates.map((rate) => rate.toFixed(2)).join(", ")}`);
    paint(canvas, variances, rates, Math.log(level) / 2, ends);
  }
  model.on("change:price", draw);
  draw();
  return () => model.off("change:price", draw);
}

/** Which components get the next nat, while ``active`` of them are above water. */
function share(active) {
  if (!active) return "No component is above the water: the rate is 0. ";
  if (active === 1) return "The next nat goes to one component alone. ";
  return `The next nat is shared by ${active}, 1/${active} each. `;
}

/** When the highest component below water, if there is one, comes out of it. */
function onset(variance, noise) {
  if (variance === undefined) return "";
  return `The next component becomes active below price ${(variance / noise).toFixed(2)}.`;
}

/** Where a height is on the canvas, and the height of a place. */
function placeOf(height, [low, high]) {
  return HIGH - FLOOR - ((height - low) / (high - low)) * (HIGH - FLOOR - ROOF);
}
function heightOf(place, [low, high]) {
  return low + ((HIGH - FLOOR - place) / (HIGH - FLOOR - ROOF)) * (high - low);
}

function paint(canvas, variances, rates, water, ends) {
  const context = canvas.getContext("2d"), colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
  const y = (height) => placeOf(height, ends), [low] = ends;
  const width = WIDE / variances.length;

  context.clearRect(0, 0, WIDE, HIGH);
  context.font = "20px sans-serif";
  context.textAlign = "center";
  variances.forEach((variance, i) => {
    const left = (i + 0.2) * width, middle = (i + 0.5) * width, top = Math.log(variance) / 2;
    context.fillStyle = "#808080"; // readable on white and on black
    context.fillText(`v = ${Number(variance.toPrecision(2))}`, middle, HIGH - 8);
    context.globalAlpha = 0.6;
    context.fillRect(left, y(Math.min(top, water)), 0.6 * width, y(low) - y(Math.min(top, water)));
    context.globalAlpha = 1;
    if (rates[i] > 0) {
      context.fillText(rates[i].toFixed(2), middle, y(top) - 7);
      context.fillStyle = colour("--bvae-blue");
      context.fillRect(left, y(top), 0.6 * width, y(water) - y(top));
    }
  });
  context.strokeStyle = colour("--bvae-orange");
  context.lineWidth = 4;
  context.beginPath();
  context.moveTo(0, y(water));
  context.lineTo(WIDE, y(water));
  context.stroke();
}

export default { render };
