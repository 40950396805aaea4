// Traversal: a slider for each latent, the decoded image, whose shape can be dragged, and a strip of what one latent does.

const SPAN = 3; // sliders go from -SPAN to SPAN standard deviations of the prior
const ARROWS = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] }; // pixels of the image
const PERIOD = 4000, SLOW_STEP = 1000; // milliseconds of a sweep to and fro, and of a step where motion is unwelcome

async function render({ model, el }) {
  const weights = await model.widget_manager.get_model(model.get("weights").slice("IPY_MODEL_".length));
  const channels = model.get("channels"), sliders = model.get("sliders"), images = model.get("images");
  const decode = makeDecoder(weights.get("data"), sliders.length, channels);
  const percent = (value) => `${(50 * (Math.min(SPAN, Math.max(-SPAN, value)) + SPAN)) / SPAN}%`;

  // State: z is the model's; the rest is this view's.
  let chosen = 0; // the image clicked last
  let touched = sliders[0].latent, hovered = null; // the latent moved last, and the one under the pointer
  let sweep = null; // stops the running sweep
  const grab = model.get("grab"); // the two latents that hold the position, or none
  const link = makeLink(model, { z: { min: -SPAN, max: SPAN } });
  let dragging = false, frame = 0, drawnStrip = "";

  // Sliders, each with the posterior of the clicked image behind it.
  const rows = new Map();
  for (const { latent, label } of sliders) {
    const input = slider({
      min: -SPAN, max: SPAN, step: 0.05, "aria-label": label.replaceAll(" · ", ", "),
      input: () => { touched = latent; move(latent, input.valueAsNumber); },
      focus: () => { touched = latent; schedule(); },
    });
    const band = element("span", { class: "bvae-band" }), mean = element("span", { class: "bvae-mean" });
    const posterior = element("span", { class: "bvae-posterior", "aria-hidden": "true" },
      ...(images.length ? [band, mean] : []));
    const value = element("span", { class: "bvae-value", "aria-hidden": "true" });
    const row = element(
      "label",
      { class: "bvae-row", pointerenter: () => hover(latent), pointerleave: () => hover(null) },
      element("span", { class: "bvae-name" }, label),
      element("span", { class: "bvae-track" }, posterior, input),
      value,
    );
    rows.set(latent, { row, input, value, band, mean });
  }
  const active = sliders.filter((s) => s.active).map((s) => rows.get(s.latent).row);
  const folded = sliders.filter((s) => !s.active).map((s) => rows.get(s.latent).row);

  // Images and buttons.
  const decoded = makeImage(channels, grab.length ? {
    role: "application", tabindex: 0, "data-lm-suppress-shortcuts": "true", keydown: nudge,
    "aria-label": "Image decoded from the latents; arrow keys move the shape",
  } : { role: "img", "aria-label": "Image decoded from the latents" });
  const strip = VALUES.map(() => makeImage(channels));
  const stripTitle = element("p", { class: "bvae-note", "aria-hidden": "true" });
  const stripRow = element("div", { class: "bvae-strip", role: "img" }, ...strip.map((p) => p.canvas));
  const thumbnails = images.map((image, i) =>
    element("button", {
      type: "button", class: "bvae-thumbnail", style: `background-image: url("${image.url}")`,
      "aria-label": `Start from real image ${i + 1}`, click: () => choose(i),
    }),
  );
  const resetButton = element("button", { type: "button", click: () => choose(chosen) }, "Reset");
  const sweepButton = element("button", { type: "button", click: () => (sweep ? sweep() : startSweep(touched)) });

  const root = element(
    "div",
    { class: "bvae" },
    element("div", { class: "bvae-head" },
      element("div", { class: "bvae-picture" }, decoded.canvas,
        ...(grab.length ? [element("p", { class: "bvae-note" }, "Drag the shape.")] : [])),
      element("div", { class: "bvae-side" },
        ...(images.length ? [
          element("p", { class: "bvae-note" }, "Start from a real image:"),
          element("div", { class: "bvae-thumbnails", role: "group", "aria-label": "Real images" }, ...thumbnails),
        ] : []),
        element("div", { class: "bvae-buttons" }, resetButton, sweepButton)),
      element("div", { class: "bvae-what" }, stripTitle, stripRow)),
    element("div", { class: "bvae-rows", role: "group", "aria-label": "Latents" }, ...active),
    ...(folded.length ? [
      element("details", active.length ? {} : { open: "" },
        element("summary", {}, `${folded.length} inactive latent${folded.length > 1 ? "s" : ""}`), ...folded),
    ] : []),
    ...(images.length ? [
      element("p", { class: "bvae-note" }, "On each slider: the posterior of the clicked image, its mean ",
        element("span", { class: "bvae-key bvae-mean" }), " and one standard deviation to either side ",
        element("span", { class: "bvae-key bvae-band" }), "."),
    ] : []),
    ...link,
  );
  for (const kind of ["pointerdown", "keydown"]) // any other input ends a sweep
    root.addEventListener(kind, (event) => sweep && !sweepButton.contains(event.target) && sweep());
  const escape = (event) => event.key === "Escape" && sweep?.();
  document.addEventListener("keydown", escape); // wherever the focus is
  el.append(root);
  if (grab.length) {
    makeDraggable(decoded.canvas, 64, (x, y, reach) => {
      if (!showsShape(decoded.canvas, x, y, reach)) return undefined;
      let held = null; // from the pointer to the shape's centre
      return (toX, toY) => {
        dragging = true;
        held ??= centre(decode(model.get("z"))).map((at, axis) => at - [x, y][axis]);
        bringTo([toX + held[0], toY + held[1]]);
      };
    }, () => {
      dragging = false;
      schedule();
    });
  }

  // Actions.
  function set(z) {
    model.set("z", z);
    model.save_changes();
  }
  function move(latent, value) {
    set(model.get("z").map((old, i) => (i === latent ? value : old)));
  }
  function bringTo(goal) {
    const old = model.get("z"), z = bring(decode, old, grab, goal, SPAN);
    touched = grab.reduce((most, latent) => (Math.abs(z[latent] - old[latent]) > Math.abs(z[most] - old[most])
      ? latent : most));
    set(z);
  }
  function nudge(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault(); // the page does not scroll
    bringTo(centre(decode(model.get("z"))).map((at, axis) => at + step[axis]));
  }
  function hover(latent) {
    hovered = latent;
    schedule();
  }
  function choose(i) {
    chosen = i;
    set(images.length ? [...images[i].mean] : sliders.map(() => 0));
    markPosterior();
  }
  function markPosterior() {
    thumbnails.forEach((button, i) => button.setAttribute("aria-pressed", i === chosen));
    if (!images.length) return;
    const { mean, sigma } = images[chosen];
    for (const [latent, row] of rows) {
      const left = percent(mean[latent] - sigma[latent]), right = percent(mean[latent] + sigma[latent]);
      row.band.style.left = left;
      row.band.style.width = `calc(${right} - ${left})`;
      row.mean.style.left = percent(mean[latent]);
    }
  }
  function startSweep(latent) {
    let last = model.get("z")[latent], timer = 0;
    // A step is due only while the latent is where this sweep put it: a new z from the kernel ends it.
    const step = (value) => {
      if (model.get("z")[latent] !== last) return sweep();
      move(latent, (last = value));
    };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { // once through the strip's values, slowly
      const values = [...VALUES];
      timer = setInterval(() => (values.length ? step(values.shift()) : sweep()), SLOW_STEP);
    } else {
      const start = performance.now(), phase = Math.asin(Math.max(-1, Math.min(1, last / SPAN)));
      const play = (now) => {
        timer = requestAnimationFrame(play);
        step(SPAN * Math.sin(phase + (2 * Math.PI * Math.max(0, now - start)) / PERIOD));
      };
      timer = requestAnimationFrame(play);
    }
    sweep = () => {
      clearInterval(timer);
      cancelAnimationFrame(timer);
      sweep = null;
      schedule();
    };
    schedule();
  }

  // Drawing: at most once a frame, and the strip only when what it shows has changed.
  function schedule() {
    frame ||= requestAnimationFrame(draw);
  }
  function draw() {
    frame = 0;
    const z = model.get("z"), shown = hovered ?? touched;
    for (const [latent, { row, input, value }] of rows) {
      const text = z[latent].toFixed(2);
      if (value.textContent !== text) {
        input.value = z[latent];
        input.setAttribute("aria-valuetext", (value.textContent = text));
      }
      row.classList.toggle("bvae-shown", latent === shown);
    }
    decoded.paint(decode(z));
    sweepButton.textContent = sweep ? "Stop" : `Sweep z${touched}`;
    if (dragging) return; // seven images more would make the shape lag behind the pointer
    const others = [shown, ...z.map((value, i) => (i === shown ? 0 : value))];
    if (drawnStrip === (drawnStrip = others.join())) return;
    const changed = [...z];
    VALUES.forEach((value, i) => {
      changed[shown] = value;
      strip[i].paint(decode(changed));
    });
    stripTitle.textContent = `z${shown} from ${VALUES[0]} to ${VALUES.at(-1)}, the others as they are:`;
    stripRow.setAttribute("aria-label", `Seven images: ${stripTitle.textContent.slice(0, -1)}`);
  }

  model.on("change:z", schedule);
  markPosterior();
  draw();
  return () => {
    sweep?.();
    cancelAnimationFrame(frame);
    document.removeEventListener("keydown", escape);
    model.off("change:z", schedule);
  };
}

export default { render };
