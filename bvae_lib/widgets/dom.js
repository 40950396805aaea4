// What the widgets share: elements, images, and the values of a strip.

const VALUES = [-3, -2, -1, 0, 1, 2, 3]; // of the latent that moves; pictures.py has the same

/** An element with attributes (functions become listeners) and children. */
function element(tag, attributes = {}, ...children) {
  const svg = "http://www.w3.org/2000/svg";
  const made = SVG_TAGS.has(tag) ? document.createElementNS(svg, tag) : document.createElement(tag);
  assign(made, attributes);
  made.append(...children);
  return made;
}

function assign(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
}

const SVG_TAGS = new Set(["svg", "g", "path", "line", "rect", "circle", "text"]);

/**
 * A range input as every widget wants it: its own arrow keys, which JupyterLab would take for shortcuts, and a touch
 * that scrolls the page leaves its value as it is.
 */
function slider(attributes) {
  const input = element("input", { type: "range", "data-lm-suppress-shortcuts": "true" });
  leaveToScrolling(input); // its listener for input has to be the first
  assign(input, attributes);
  return input;
}

const DECIDED = 8; // CSS pixels that a touch has to move to be a swipe

/** Hold back what a touch sets on a range input until the touch has gone sideways, or ended where it began. */
function leaveToScrolling(input) {
  let touch = null; // {x, y, value before, value wanted, whether it goes up or down}
  const end = (keep) => {
    const { wanted, vertical } = touch ?? {};
    touch = null;
    if (wanted === undefined || vertical || !keep) return;
    input.value = wanted;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("pointerdown", ({ pointerType, clientX: x, clientY: y }) => {
    touch = pointerType === "touch" ? { x, y, value: input.value } : null;
  });
  input.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!touch || touch.vertical) return;
    const across = Math.abs(clientX - touch.x), down = Math.abs(clientY - touch.y);
    if (Math.max(across, down) < DECIDED) return;
    if (across > down) end(true);
    else touch.vertical = true;
  });
  input.addEventListener("pointerup", () => end(true));
  input.addEventListener("pointercancel", () => end(false)); // the page scrolls
  input.addEventListener("input", (event) => {
    if (!touch) return;
    event.stopImmediatePropagation();
    touch.wanted = input.value;
    input.value = touch.value;
  }, { capture: true });
}

/** A line with a slider, its name and its value as ``text`` writes it; update() takes the value from get(). */
function sliderLine(model, label, { min, max, step }, get, set, text = (value) => value.toFixed(2)) {
  const input = slider({
    min, max, step, "aria-label": label,
    input: () => {
      set(input.valueAsNumber);
      model.save_changes();
    },
  });
  const value = element("span", { class: "bvae-value", "aria-hidden": "true" });
  const line = element("div", { class: "bvae-row" },
    element("span", { class: "bvae-name", "aria-hidden": "true" }, label),
    element("span", { class: "bvae-track" }, input), value);
  const update = () => {
    input.value = get();
    value.textContent = text(get());
  };
  return { line, update };
}

/** Such a line for entry ``i`` of a trait that holds several numbers. */
function entryLine(model, label, range, trait, i) {
  return sliderLine(model, label, range, () => model.get(trait)[i],
    (value) => model.set(trait, model.get(trait).map((old, j) => (j === i ? value : old))));
}

/** What stands under the two ends of a slider. */
function makeEnds(...texts) {
  const ends = texts.map((text) => element("span", {}, text));
  return element("span", { class: "bvae-ends", "aria-hidden": "true" }, ...ends);
}

/** A canvas of 64 x 64 pixels, for an image that ``label`` describes. */
function imageCanvas(label) {
  return element("canvas", { width: 64, height: 64, class: "bvae-image", role: "img", "aria-label": label });
}

/** An image of 64 x 64 pixels: paint(probabilities, channels last) shows them. */
function makeImage(channels, attributes = {}) {
  const canvas = element("canvas", { width: 64, height: 64, class: "bvae-image", ...attributes });
  const context = canvas.getContext("2d");
  const image = context.createImageData(64, 64);
  image.data.fill(255);
  const paint = (pixels) => {
    for (let i = 0; i < 64 * 64; i++)
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * pixels[channels === 1 ? i : 3 * i + c];
    context.putImageData(image, 0, 0);
  };
  return { canvas, paint };
}
