// Live: a beta-VAE that trains while the page looks on. The training itself is in trainInPage, in front of this file.

const TRAITS = ["seed", "latents", "sizes", "oval", "price", "budget", "preset"];
const LONGEST = 10000; // steps that one press of Play may take
const SPOKEN = 3000; // milliseconds between two sentences of the status line
const PACES = [[0, "as fast as it can"], [40, "25 steps a second"], [250, "4 steps a second"]];
const PRICES = { min: -1, max: 2, step: 0.05 }; // powers of ten
const GROWTH = { start: 0, stop: 6, steps: 1500, speed: 0.02 }; // of a budget that no preset has set

function render({ model, el }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)"), presets = model.get("presets");
  let report = null, net = null, pair = [0, 1], reach = 3, look = { x: 0, y: 0, size: 0 };
  let run = 0, fresh = false, playing = false, seen = true, looked = false, due = false, frame = null, spoken = 0;
  let trace = { step: [], D: [], R: [], price: [], C: [] };
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const settings = () => Object.fromEntries(TRAITS.slice(0, -1).map((name) => [name, model.get(name)]));

  const post = startRun(receive);
  const rest = () => post({ rest: !seen || document.hidden });
  /** Steps that Play takes: up to where the table of the presets was measured, and from there on many more. */
  function ahead() {
    const { steps } = presets.find(({ name }) => name === model.get("preset")) ?? {}, done = report?.step ?? 0;
    return steps > done ? steps - done : LONGEST;
  }
  function play(steps) {
    playing = steps > 0;
    post({ goal: steps });
    label();
  }
  function restart() {
    due = false;
    report = net = null;
    run++;
    pair = [0, 1];
    trace = { step: [], D: [], R: [], price: [], C: [] };
    post({ start: { ...settings(), run }, goal: playing ? ahead() : 0, look });
    build();
  }
  /** New traits, from a control or from the kernel: those that can change in a run do, others begin another one. */
  function changed(name) {
    const number = typeof model.get("price") === "number";
    if (name === "price" && number && !model.get("budget")) post({ price: model.get("price") });
    else if (!due) {
      due = true;
      queueMicrotask(() => due && restart());
    }
    update();
  }

  // Controls
  const button = (text, click, attributes = {}) => element("button", { type: "button", click, ...attributes }, text);
  const start = button("", () => play(playing ? 0 : ahead()), { class: "bvae-play" });
  const seed = element("input", {
    type: "number", min: 0, max: 4294967295, step: 1, "aria-label": "seed of the first weights",
    change: () => seed.checkValidity() && seed.value !== "" && set({ seed: seed.valueAsNumber, preset: "" }),
  });
  const choice = (name, options, change) => element("select", { "aria-label": name, change },
    ...options.map(([value, text]) => element("option", { value }, text)));
  const latents = choice("latents", [2, 3, 4].map((n) => [n, `${n} latents`]),
    () => set({ latents: Number(latents.value), preset: "" }));
  const pace = choice("speed", PACES, () => post({ pace: Number(pace.value) }));
  const [sizes, oval] = ["sizes", "oval"].map((name) => element("input", {
    type: "checkbox", change: (event) => set({ [name]: event.target.checked, preset: "" }),
  }));
  const priced = button("β is set", () => set({ budget: null, price: present(), preset: "" }));
  const budgeted = button("C grows, β is found", () => set({ budget: GROWTH, price: present(), preset: "" }));
  const chosen = presets.map((preset) => button(preset.name, () => {
    const { name, sentence, steps, ...values } = preset;
    set({ ...values, preset: name });
    restart(); // also where nothing has changed
  }));
  const sentence = element("p", { class: "bvae-note" });
  const price = sliderLine(model, "β, the price of a nat", PRICES, () => Math.log10(present()),
    (power) => set({ price: Number((10 ** power).toPrecision(3)), preset: "" }), (power) => short(10 ** power));
  const stop = sliderLine(model, "C at the end, in nats", { min: 0, max: 8, step: 0.5 },
    () => model.get("budget").stop, (nats) => set({ budget: { ...model.get("budget"), stop: nats }, preset: "" }));
  const present = () => {
    const given = model.get("price"), moves = typeof given !== "number" || model.get("budget");
    return moves ? report?.price ?? given.start ?? given : given;
  };
  const lines = element("div", { class: "bvae-rows" });

  // Drawings
  const input = pixelCanvas(1, { class: "bvae-pixels", "aria-label": "the picture that the encoder gets" });
  const places = element("canvas", { class: "bvae-over", "aria-hidden": "true" });
  const board = element("div", {
    class: "bvae-board", tabindex: 0, role: "application",
    pointerdown: (event) => (board.setPointerCapture(event.pointerId), point(event)),
    pointermove: (event) => (event.pointerType === "mouse" || event.buttons) && point(event),
    keydown: step,
  }, input, places);
  const group = (name, ...inside) =>
    element("div", { class: "bvae-buttons", role: "group", "aria-label": name }, ...inside);
  const widths = ["small", "middle", "large"].map((name, k) => button(name, () => move({ ...look, size: k - 1 })));
  const width = group("Size of the blob", ...widths);
  const codes = element("canvas", { class: "bvae-codes", role: "img" });
  const plane = element("p", { class: "bvae-caption" });
  const output = pixelCanvas(1, { class: "bvae-pixels", "aria-label": "the picture decoded from its code" });
  const figure = (name, ...inside) => element("div", { class: `bvae-${name}` }, ...inside); // the book styles <figure>
  const caption = (text) => element("p", { class: "bvae-caption" }, text);
  const originals = pixelCanvas(5, { class: "bvae-pixels", "aria-label": "five pictures" });
  const decoded = pixelCanvas(5, { class: "bvae-pixels", "aria-label": "the five pictures, decoded" });
  const rows = element("div", { class: "bvae-latents" });
  const curves = ["D", "R", "price"].map((name) => {
    const canvas = element("canvas", { class: "bvae-curve", role: "img" }), words = element("p", { class: "bvae-caption" });
    return { name, canvas, words, figure: figure("curve-of", words, canvas) };
  });
  const status = element("p", { class: "bvae-facts", "aria-live": "polite" });
  const root = element("div", { class: "bvae bvae-live", "data-lm-suppress-shortcuts": "true", keydown: (event) => event.key === "Escape" && play(0) },
    group("Experiments", ...chosen), sentence,
    group("Training", start, button("1 step", () => play(1)), button("100 steps", () => play(100)),
      button("Start over", restart), button("New weights", () => set({ seed: (model.get("seed") + 1) % 2 ** 32 })),
      element("label", {}, "seed ", seed)),
    status,
    element("div", { class: "bvae-flow" },
      figure("in", caption("Picture: drag the blob"), board, width), figure("net", plane, codes),
      figure("out", caption("Decoded again"), output)),
    element("p", { class: "bvae-note" }, "The net: all places of the blob. Along an orange line only x changes, along a "
      + "blue one only y. Pink: the posterior of the picture, one standard deviation. Dashed: the prior."),
    lines,
    group("Objective and world", priced, budgeted, latents, element("label", {}, sizes, "size varies"),
      element("label", {}, oval, "oval blob"), pace),
    element("div", { class: "bvae-curves" }, ...curves.map((curve) => curve.figure)),
    rows,
    figure("pairs", caption("Five pictures, and the same decoded again"), originals, decoded));
  el.append(root);

  /** What depends on the traits: built again with every new run. */
  let bars = [];
  function build() {
    const names = Array.from({ length: model.get("latents") }, (_, j) => `z${j}`);
    bars = names.map((name) => latentRow(name));
    bars.total = latentRow("R");
    rows.replaceChildren(element("p", { class: "bvae-note" }, "Nats of each latent, and what the decoder draws as this "
      + "latent goes from −2 to 2. R is their sum; the orange mark is C, where there is a budget."),
    ...bars.map((bar) => bar.line), bars.total.line);
    update();
  }
  function update() {
    const budget = model.get("budget"), wanted = budget ? stop.line : price.line;
    if (lines.firstChild !== wanted) lines.replaceChildren(wanted);
    (budget ? stop : price).update();
    price.line.querySelector("input").setAttribute("aria-valuetext", short(present()));
    seed.value = model.get("seed");
    latents.value = model.get("latents");
    sizes.checked = model.get("sizes");
    oval.checked = model.get("oval");
    width.hidden = !model.get("sizes");
    if (width.hidden) look.size = 0;
    widths.forEach((each, k) => each.setAttribute("aria-pressed", k - 1 === look.size));
    priced.setAttribute("aria-pressed", !budget);
    budgeted.setAttribute("aria-pressed", Boolean(budget));
    chosen.forEach((each, i) => each.setAttribute("aria-pressed", presets[i].name === model.get("preset")));
    sentence.textContent = presets.find((preset) => preset.name === model.get("preset"))?.sentence ?? "Your own settings.";
    ask();
  }
  function label() {
    start.textContent = playing ? "❚❚ Pause" : "▶ Play";
  }

  // The picture that is looked at
  function move(to) {
    const inside = (value) => Math.max(-1, Math.min(1, value));
    look = { x: inside(to.x), y: inside(to.y), size: to.size };
    looked = true;
    update();
  }
  function point(event) {
    const box = board.getBoundingClientRect();
    const value = (at, from, length) => (((at - from) / length) * FIELD - MIDDLE_PIXEL) / SPREAD;
    move({ ...look, x: value(event.clientX, box.left, box.width), y: value(event.clientY, box.top, box.height) });
  }
  function step(event) {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (!by) return;
    event.preventDefault();
    move({ ...look, x: look.x + by[0], y: look.y + by[1] });
  }

  // Reports of the run, and frames
  function receive(message) {
    if (message.run !== run) return; // of the run before
    report = message;
    const { step: at, D = NaN, kl, price: now, capacity } = report, last = trace.step.length - 1;
    if (trace.step[last] === at) for (const line of Object.values(trace)) line.pop();
    const values = { step: at, D, R: sum(kl), price: now, C: capacity };
    for (const [name, value] of Object.entries(values)) trace[name].push(value);
    if (trace.step.length > 600) // every other point is enough
      for (const name of Object.keys(trace)) trace[name] = trace[name].filter((_, i) => i % 2 === 1);
    if (!report.busy && playing) {
      playing = false;
      label();
    }
    ask();
  }
  /** Draw at the next frame: all of it, or the net alone, which goes on moving between two reports. */
  function ask(all = true) {
    fresh ||= all;
    frame ??= requestAnimationFrame(draw);
  }
  function draw(time) {
    frame = null;
    if (looked) post({ look });
    looked = false;
    if (!report) return;
    const { kl, n, look: at } = report;
    pair = twoLargest(kl, pair);
    const widest = Math.max(2.2, ...report.net.map((code) => Math.max(Math.abs(code[pair[0]]), Math.abs(code[pair[1]]))));
    const wanted = Math.ceil(2 * 1.1 * widest) / 2, share = net && !calm.matches ? 0.3 : 1;
    net ??= report.net.map((code) => [...code]);
    reach += share * (wanted - reach);
    let rest = Math.abs(wanted - reach);
    net.forEach((code, k) => code.forEach((value, j) => {
      code[j] += share * (report.net[k][j] - value);
      rest = Math.max(rest, Math.abs(report.net[k][j] - code[j]));
    }));
    paintPlaces(places, n, look);
    paintCodes(codes, n, net, at, pair, reach);
    if (rest > 0.005) ask(false);
    if (!fresh) return;
    fresh = false;
    paintPixels(input, [at.image]);
    paintPixels(output, [at.decoded]);
    paintPixels(originals, report.pairs.map(([original]) => original));
    paintPixels(decoded, report.pairs.map(([, again]) => again));
    drawBars();
    drawCurves();
    if (typeof model.get("price") !== "number") price.update(); // it moves by itself
    say(time);
  }
  function drawBars() {
    const { kl, capacity, strips } = report, rate = sum(kl), most = Math.max(8, rate, capacity || 0);
    bars.forEach((bar, j) => bar.update(kl[j], most, NaN, strips[j]));
    bars.total.update(rate, most, capacity);
  }
  function drawCurves() {
    const finite = (values) => values.filter(Number.isFinite);
    const cost = finite(trace.D), now = present(), low = Math.floor(Math.min(45, ...cost) / 5) * 5;
    const options = {
      D: { low, high: low + 40 }, // what comes before, in the first steps, is cut off
      R: { low: 0, high: Math.ceil(Math.max(4, ...trace.R, ...finite(trace.C))), dashed: trace.C },
      price: { low: 0.1, high: Math.max(100, ...trace.price), scale: Math.log10, last: now },
    };
    const words = {
      D: `Distortion D: ${report.D ? `${report.D.toFixed(1)} nats` : "not yet"}`,
      R: `Rate R: ${sum(report.kl).toFixed(1)}${Number.isFinite(report.capacity) ? `, C ${report.capacity.toFixed(1)}` : ""} nats`,
      price: `Price β: ${short(now)}`,
    };
    for (const { name, canvas, words: line } of curves) {
      paintCurve(canvas, trace.step, trace[name], options[name]);
      line.textContent = words[name];
      canvas.setAttribute("aria-label", `${words[name]} at step ${report.step}, over the steps`);
    }
  }
  /** The sentence that a screen reader reads: seldom while the run goes on, at once when it rests. */
  function say(time) {
    plane.textContent = `Codes of all places, in z${pair[0]} and z${pair[1]}`;
    if (report.busy && time - spoken < SPOKEN) return;
    const text = describe(report);
    if (text !== status.textContent) {
      status.textContent = text;
      codes.setAttribute("aria-label", `The codes of a net of places in the plane of z${pair[0]} and z${pair[1]}. ${text}`);
      board.setAttribute("aria-label", `Place of the blob, x ${look.x.toFixed(1)}, y ${look.y.toFixed(1)}; arrow keys move it`);
    }
    spoken = time;
  }

  const redraw = () => ask();
  const observer = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    rest();
  });
  observer.observe(root);
  const sized = new ResizeObserver(redraw);
  sized.observe(root);
  document.addEventListener("visibilitychange", rest);
  const scheme = matchMedia("(prefers-color-scheme: dark)"), theme = new MutationObserver(redraw);
  scheme.addEventListener("change", redraw);
  for (const page of [document.documentElement, document.body]) theme.observe(page, { attributes: true });
  const listeners = TRAITS.slice(0, -1).map((name) => [`change:${name}`, () => changed(name)]);
  for (const [event, listener] of listeners) model.on(event, listener);
  model.on("change:preset", update);
  label();
  restart();
  return () => {
    post.end();
    observer.disconnect();
    sized.disconnect();
    theme.disconnect();
    document.removeEventListener("visibilitychange", rest);
    scheme.removeEventListener("change", redraw);
    for (const [event, listener] of listeners) model.off(event, listener);
    model.off("change:preset", update);
    cancelAnimationFrame(frame);
  };
}

/** Run trainInPage in a worker, or in small slices on the page where none may be made: gives what sends it messages. */
function startRun(receive) {
  let run = null, worker = null, sent = [];
  const onPage = () => {
    worker?.terminate();
    worker = null;
    run = trainInPage()(receive, 8);
    sent.forEach(run);
  };
  try {
    const text = `const run = (${trainInPage})()(postMessage, 45);\nonmessage = ({ data }) => run(data);`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    worker = new Worker(address);
    worker.onmessage = ({ data }) => {
      sent = null; // it works: nothing need be said twice
      receive(data);
    };
    worker.onerror = (event) => {
      if (!sent) return;
      event.preventDefault();
      onPage();
    };
  } catch {
    onPage();
  }
  const post = (message) => {
    if (run) return run(message);
    sent?.push(message);
    worker.postMessage(message);
  };
  return Object.assign(post, { end: () => (worker ? worker.terminate() : run({ goal: 0 })) });
}

/** A line for one latent: its name and nats, a bar, a mark at C, and five pictures. */
function latentRow(name) {
  const words = element("span", { class: "bvae-nats" }), bar = element("span", { class: "bvae-bar" });
  const mark = element("span", { class: "bvae-mark" });
  const strip = pixelCanvas(5, { class: "bvae-pixels bvae-five", "aria-label": `Pictures from ${name} at −2 to 2` });
  const line = element("div", { class: "bvae-latent" }, words, element("span", { class: "bvae-length" }, bar, mark));
  if (name !== "R") line.append(strip);
  const update = (nats, most, capacity, pictures) => {
    words.textContent = `${name} · ${nats.toFixed(2)} nats`;
    bar.style.width = `${(100 * nats) / most}%`;
    mark.hidden = !Number.isFinite(capacity);
    mark.style.left = `${(100 * capacity) / most}%`;
    if (pictures) paintPixels(strip, pictures);
  };
  return { line, update };
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** The two latents of largest KL, by number; the old pair stays unless it is clearly behind. */
function twoLargest(kl, old) {
  const order = kl.map((_, j) => j).sort((i, j) => kl[j] - kl[i]).slice(0, 2).sort((i, j) => i - j);
  const nats = (two) => sum(two.map((j) => kl[j]));
  return nats(order) > nats(old) + 0.1 ? order : old;
}

/** Where the run is, in words. */
function describe({ step, D, kl, price, capacity, angle, active }) {
  const parts = [`${["no latent", "one latent", "two latents", "three latents", "four latents"][active]} active`];
  if (Number.isFinite(D)) parts.unshift(`D ${D.toFixed(1)} nats`, `R ${sum(kl).toFixed(1)} nats`);
  if (Number.isFinite(capacity)) parts.push(`C ${capacity.toFixed(1)} nats, price found ${short(price)}`);
  if (Number.isFinite(angle)) parts.push(`${Math.round(angle)} degrees off the axes`);
  return `Step ${step}: ${parts.join(", ")}.`;
}

export default { render };
