// What Live draws: the picture with its net of places, the net of codes, pictures out of the decoder, and curves.
//
// All are canvases at the pixels of the screen, so that their lettering stays as large on a phone as elsewhere.

const FIELD = 16, MIDDLE_PIXEL = 8, SPREAD = 4.5; // of the learner's world: its side, and its places, 8 ± 4.5 pixels
const LETTERS = 11; // pixels, of all that is written on a canvas
const BRIGHT = ["#56b4e9", "#e69f00"]; // blue and orange on black

/** A canvas as large as its place on the page: its context, in CSS pixels, empty, with its width and height. */
function makeSheet(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas, dense = window.devicePixelRatio || 1;
  const [wide, high] = [width, height].map((length) => Math.max(1, Math.round(length * dense)));
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d"), style = getComputedStyle(canvas);
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `${LETTERS}px sans-serif`;
  context.lineJoin = "round";
  const dark = Number(style.color.match(/\d+/)) > 127; // the page: its letters are light
  const [blue, orange] = dark ? BRIGHT : ["blue", "orange"].map((name) => style.getPropertyValue(`--bvae-${name}`));
  return { context, width, height, text: style.color, blue, orange };
}

/** A net of n x n points, in rows: orange along the rows, blue along the columns; it fades to one end. */
function strokeNet(context, n, point, [blue, orange], width) {
  const strand = (colour, k, pick) => {
    context.strokeStyle = colour;
    context.globalAlpha = 0.35 + (0.65 * k) / (n - 1);
    context.beginPath();
    for (let i = 0; i < n; i++) context.lineTo(...point(pick(i)));
    context.stroke();
  };
  context.lineWidth = width;
  for (let k = 0; k < n; k++) {
    strand(blue, k, (i) => i * n + k);
    strand(orange, k, (i) => k * n + i);
  }
  context.globalAlpha = 1;
}

/** Grey pixels, 16 x 16 each, side by side: the drawing is `count` images wide, and CSS enlarges it. */
function paintPixels(canvas, images) {
  const context = canvas.getContext("2d");
  images.forEach((pixels, i) => {
    const data = context.createImageData(FIELD, FIELD);
    for (let p = 0; p < FIELD * FIELD; p++) {
      data.data.fill(255 * pixels[p], 4 * p, 4 * p + 3);
      data.data[4 * p + 3] = 255;
    }
    context.putImageData(data, i * (FIELD + 1), 0);
  });
}

/** A canvas for `count` such images in a row, a pixel apart. */
function pixelCanvas(count, attributes) {
  return element("canvas", { width: count * (FIELD + 1) - 1, height: FIELD, role: "img", ...attributes });
}

/** The net of places over the picture that the encoder gets, and where the blob is. */
function paintPlaces(canvas, n, { x, y }) {
  const { context, width } = makeSheet(canvas), unit = width / FIELD;
  const at = (value) => (MIDDLE_PIXEL + SPREAD * value) * unit;
  const place = (k) => (2 * k) / (n - 1) - 1;
  strokeNet(context, n, (k) => [at(place(k % n)), at(place(Math.floor(k / n)))], BRIGHT, 1);
  context.lineWidth = 2;
  context.strokeStyle = "#fff";
  context.beginPath();
  context.arc(at(x), at(y), 6, 0, 2 * Math.PI);
  context.stroke();
}

/** The net of codes in the plane of two latents, from -reach to reach, and the posterior of the picture in it. */
function paintCodes(canvas, n, net, { mean, sd }, [a, b], reach) {
  const { context, width, height, text, blue, orange } = makeSheet(canvas);
  const x = (value) => (width * (value + reach)) / (2 * reach), y = (value) => (height * (reach - value)) / (2 * reach);
  context.fillStyle = context.strokeStyle = text;
  context.lineWidth = 1;
  context.globalAlpha = 0.25;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  context.beginPath();
  context.moveTo(0, y(0));
  context.lineTo(width, y(0));
  context.moveTo(x(0), 0);
  context.lineTo(x(0), height);
  context.stroke();
  context.setLineDash([4, 4]);
  context.beginPath();
  context.arc(x(0), y(0), x(1) - x(0), 0, 2 * Math.PI); // the prior, one standard deviation
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  const step = reach > 4 ? 2 : 1;
  for (let value = -Math.floor(reach / step) * step; value < reach; value += step) {
    if (value === 0 || Math.abs(value) > 0.93 * reach) continue;
    context.textAlign = "center";
    context.fillText(value, x(value), y(0) + LETTERS + 2);
    context.textAlign = "right";
    context.fillText(value, x(0) - 4, y(value) + 4);
  }
  context.font = `bold ${LETTERS + 2}px sans-serif`;
  context.fillText(`z${a}`, width - 6, y(0) - 6);
  context.textAlign = "left";
  context.fillText(`z${b}`, x(0) + 6, LETTERS + 6);
  strokeNet(context, n, (k) => [x(net[k][a]), y(net[k][b])], [blue, orange], 1.5);
  context.fillStyle = context.strokeStyle = "#cc79a7";
  context.lineWidth = 2;
  context.beginPath();
  context.ellipse(x(mean[a]), y(mean[b]), x(sd[a]) - x(0), x(sd[b]) - x(0), 0, 0, 2 * Math.PI);
  context.globalAlpha = 0.35;
  context.fill();
  context.globalAlpha = 1;
  context.stroke();
  context.beginPath();
  context.arc(x(mean[a]), y(mean[b]), 3, 0, 2 * Math.PI);
  context.fill();
}

/** A curve over the steps, and a dashed one where there is one: the ends of both axes have their numbers. */
function paintCurve(canvas, steps, values, { dashed = [], low, high, scale = (value) => value, last = values.at(-1) }) {
  const { context, width, height, text, blue, orange } = makeSheet(canvas);
  const left = 30, right = 8, top = 6, bottom = 18, end = Math.max(100, steps.at(-1) ?? 0);
  const x = (step) => left + (step / end) * (width - left - right);
  const y = (value) => height - bottom
    - ((scale(Math.min(value, high)) - scale(low)) / (scale(high) - scale(low))) * (height - top - bottom);
  context.fillStyle = context.strokeStyle = text;
  context.textAlign = "right";
  for (const value of [low, high]) context.fillText(short(value), left - 4, y(value) + 4);
  context.fillText(end, width - right, height - 4);
  context.textAlign = "left";
  context.fillText(0, left, height - 4);
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left, height - bottom);
  context.lineTo(width - right, height - bottom);
  context.stroke();
  context.globalAlpha = 1;
  const trace = (line, colour, dash) => {
    context.setLineDash(dash);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.beginPath();
    line.forEach((value, i) => Number.isFinite(value) && context.lineTo(x(steps[i]), y(value)));
    context.stroke();
    context.setLineDash([]);
  };
  trace(dashed, orange, [5, 4]);
  trace(values, blue, []);
  if (!Number.isFinite(last)) return;
  context.fillStyle = blue;
  context.beginPath();
  context.arc(x(steps.at(-1) ?? 0), y(last), 4, 0, 2 * Math.PI);
  context.fill();
}
