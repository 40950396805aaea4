// A beta-VAE that learns in the page: its world, its network, its gradient and Adam, over Float32Arrays.
//
// A plain script without import or export: the widget Live puts this text in front of its worker's, in one blob, and a
// test in Node reads it with `new Function(text + "; return makeLearner;")()`. It never touches the page.
//
// makeLearner({ seed, latents, sizes, price, budget }) gives a learner; budget is null or { start, stop, steps, speed }.
//   loss(images, epsilon)  the loss of 32 images and their noise; sets distortion, rate, kl and gradients
//   advance()              one step of Adam on a random batch
//   encode(indices)        mean and log-variance of images of the world
//   decode(code)           the pixels of a code
//   capacity()             C in nats at this step, NaN without a budget
//
// Weights lie as [in, out], so that the inner loops run along rows; zeros behind a ReLU are skipped, which halves the
// work.

const SIDE = 16, PIXELS = SIDE * SIDE, HIDDEN = 64, BATCH = 32;
const PLACES = 21, FIRST = 3.5, LAST = 12.5; // centres along each axis, in pixels
const RADII = [1.4, 2.2, 3.0]; // standard deviations of the blob, in pixels; without sizes the middle one
const ADAM = { rate: 3e-3, first: 0.9, second: 0.999, tiny: 1e-8 };

/** All images of one round blob, [n, 256] in 0 to 1, and the factors of each: x, y and size, from -1 to 1. */
function makeWorld(sizes) {
  const radii = sizes ? RADII : [RADII[1]], n = radii.length * PLACES * PLACES;
  const images = new Float32Array(n * PIXELS), factors = [];
  const centre = (i) => FIRST + ((LAST - FIRST) * i) / (PLACES - 1);
  radii.forEach((radius, k) => {
    for (let j = 0; j < PLACES; j++)
      for (let i = 0; i < PLACES; i++) {
        const at = factors.length * PIXELS;
        for (let p = 0; p < PIXELS; p++) {
          const dx = (p % SIDE) + 0.5 - centre(i), dy = Math.floor(p / SIDE) + 0.5 - centre(j);
          images[at + p] = Math.exp((-0.5 * (dx * dx + dy * dy)) / (radius * radius));
        }
        factors.push([(2 * i) / (PLACES - 1) - 1, (2 * j) / (PLACES - 1) - 1, radii.length > 1 ? k - 1 : 0]);
      }
  });
  return { n, images, factors, sizes: radii.length };
}

/** Numbers in 0 to 1 that a seed decides (mulberry32), and normal ones by Box and Muller. */
function makeRandom(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A layer whose weights, bias and their gradients are views into two long arrays, from ``offset`` on. */
function makeLayer(inputs, outputs, weights, gradients, offset) {
  const end = offset + inputs * outputs;
  const view = (array) => [array.subarray(offset, end), array.subarray(end, end + outputs)];
  const [w, b] = view(weights), [dw, db] = view(gradients);
  return { inputs, outputs, w, b, dw, db };
}

/** y [n, outputs] = x [n, inputs] w + b, with negative numbers set to 0 where ``relu``. */
function forward({ inputs, outputs, w, b }, x, y, n, relu) {
  for (let row = 0; row < n; row++) {
    const from = row * inputs, to = row * outputs;
    for (let o = 0; o < outputs; o++) y[to + o] = b[o];
    for (let i = 0; i < inputs; i++) {
      const value = x[from + i];
      if (value === 0) continue;
      for (let o = 0, at = i * outputs; o < outputs; o++) y[to + o] += value * w[at + o];
    }
    if (relu) for (let o = 0; o < outputs; o++) if (y[to + o] < 0) y[to + o] = 0;
  }
}

/** Add to the gradients of a layer what dy [n, outputs] asks, and write dx [n, inputs] where it is wanted. */
function backward({ inputs, outputs, w, dw, db }, x, dy, dx, n, relu) {
  for (let row = 0; row < n; row++) {
    const from = row * inputs, to = row * outputs;
    for (let o = 0; o < outputs; o++) db[o] += dy[to + o];
    for (let i = 0; i < inputs; i++) {
      const value = x[from + i], at = i * outputs;
      if (value !== 0) for (let o = 0; o < outputs; o++) dw[at + o] += value * dy[to + o];
      if (!dx) continue;
      let sum = 0;
      if (!relu || value > 0) for (let o = 0; o < outputs; o++) sum += w[at + o] * dy[to + o];
      dx[from + i] = sum;
    }
  }
}

/** A beta-VAE: 256-64-64-(2 latents) and back, ReLU, Bernoulli loss on grey pixels. */
function makeLearner({ seed = 0, latents = 2, sizes = false, price = 4, budget = null }) {
  const world = makeWorld(sizes), random = makeRandom(seed);
  const shapes = [[PIXELS, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN, 2 * latents], [latents, HIDDEN], [HIDDEN, HIDDEN],
    [HIDDEN, PIXELS]];
  const count = shapes.reduce((sum, [i, o]) => sum + (i + 1) * o, 0);
  const [weights, gradients, first, second] = Array.from({ length: 4 }, () => new Float32Array(count));
  let offset = 0;
  const layers = shapes.map(([inputs, outputs]) => {
    const layer = makeLayer(inputs, outputs, weights, gradients, offset), reach = 1 / Math.sqrt(inputs);
    offset += (inputs + 1) * outputs;
    for (const part of [layer.w, layer.b]) for (let k = 0; k < part.length; k++) part[k] = reach * (2 * random.uniform() - 1);
    return layer;
  });
  const rows = (width, n = BATCH) => new Float32Array(n * width);
  const values = [rows(PIXELS), ...shapes.map(([, outputs]) => rows(outputs))]; // values[k] goes into layer k
  const [h1, h2, head, h3, h4, logits] = values.slice(1);
  const slopes = shapes.map(([, outputs]) => rows(outputs)); // of the loss, by what comes out of layer k
  const z = rows(latents), dz = rows(latents), noise = rows(latents);
  const learner = {
    world, layers, weights, gradients, latents, step: 0, price, budget,
    distortion: NaN, rate: NaN, kl: new Float64Array(latents),
  };

  /** The loss of images [32, 256] and noise [32, latents], and its gradient: Eq. 2.4 at the price of this step. */
  learner.loss = (images, epsilon) => {
    values[0].set(images);
    noise.set(epsilon);
    gradients.fill(0);
    forward(layers[0], values[0], h1, BATCH, true);
    forward(layers[1], h1, h2, BATCH, true);
    forward(layers[2], h2, head, BATCH, false);
    for (let row = 0; row < BATCH; row++)
      for (let j = 0; j < latents; j++) { // Eq. 1.4
        const at = row * 2 * latents + j, sigma = Math.exp(0.5 * head[at + latents]);
        z[row * latents + j] = head[at] + sigma * noise[row * latents + j];
      }
    forward(layers[3], z, h3, BATCH, true);
    forward(layers[4], h3, h4, BATCH, true);
    forward(layers[5], h4, logits, BATCH, false);

    let distortion = 0;
    for (let k = 0; k < BATCH * PIXELS; k++) { // Eq. 1.2
      const logit = logits[k], small = Math.exp(-Math.abs(logit));
      distortion += Math.max(logit, 0) - logit * values[0][k] + Math.log1p(small);
      slopes[5][k] = ((logit >= 0 ? 1 : small) / (1 + small) - values[0][k]) / BATCH;
    }
    backward(layers[5], h4, slopes[5], slopes[4], BATCH, true);
    backward(layers[4], h3, slopes[4], slopes[3], BATCH, true);
    backward(layers[3], z, slopes[3], dz, BATCH, false);
    learner.kl.fill(0);
    for (let row = 0; row < BATCH; row++)
      for (let j = 0; j < latents; j++) {
        const at = row * 2 * latents + j, mean = head[at], log = head[at + latents], d = dz[row * latents + j];
        learner.kl[j] += (0.5 * (mean * mean + Math.exp(log) - 1 - log)) / BATCH; // Eq. 1.3
        slopes[2][at] = d + (learner.price * mean) / BATCH;
        slopes[2][at + latents] = 0.5 * d * noise[row * latents + j] * Math.exp(0.5 * log)
          + (0.5 * learner.price * (Math.exp(log) - 1)) / BATCH;
      }
    backward(layers[2], h2, slopes[2], slopes[1], BATCH, true);
    backward(layers[1], h1, slopes[1], slopes[0], BATCH, true);
    backward(layers[0], values[0], slopes[0], null, BATCH, false);
    learner.distortion = distortion / BATCH;
    learner.rate = learner.kl.reduce((sum, nats) => sum + nats, 0);
    return learner.distortion + learner.price * learner.rate;
  };

  /** C in nats: the budget grows evenly from its start to its stop; NaN where there is none. */
  learner.capacity = () => {
    if (!learner.budget) return NaN;
    const { start, stop, steps } = learner.budget;
    return start + (stop - start) * Math.min(learner.step / steps, 1);
  };

  /** One step of Adam on a random batch; under a budget the price then moves by dual ascent (Eq. 2.5). */
  learner.advance = () => {
    const images = rows(PIXELS), epsilon = rows(latents);
    for (let row = 0; row < BATCH; row++) {
      const drawn = Math.floor(random.uniform() * world.n) * PIXELS;
      images.set(world.images.subarray(drawn, drawn + PIXELS), row * PIXELS);
    }
    for (let k = 0; k < epsilon.length; k++) epsilon[k] = random.normal();
    const loss = learner.loss(images, epsilon);
    const excess = learner.rate - learner.capacity();
    learner.step++;
    const scale = (ADAM.rate * Math.sqrt(1 - ADAM.second ** learner.step)) / (1 - ADAM.first ** learner.step);
    const tiny = ADAM.tiny * Math.sqrt(1 - ADAM.second ** learner.step);
    for (let k = 0; k < count; k++) {
      const g = gradients[k];
      first[k] += (1 - ADAM.first) * (g - first[k]);
      second[k] += (1 - ADAM.second) * (g * g - second[k]);
      weights[k] -= (scale * first[k]) / (Math.sqrt(second[k]) + tiny);
    }
    if (learner.budget) learner.price *= Math.exp(learner.budget.speed * Math.max(-1, Math.min(1, excess)));
    return loss;
  };

  /** Means and log-variances of some images of the world, each [latents]. */
  learner.encode = (indices) => indices.map((index) => {
    const image = world.images.subarray(index * PIXELS, (index + 1) * PIXELS);
    const [a, b, out] = [rows(HIDDEN, 1), rows(HIDDEN, 1), rows(2 * latents, 1)];
    forward(layers[0], image, a, 1, true);
    forward(layers[1], a, b, 1, true);
    forward(layers[2], b, out, 1, false);
    return { mean: [...out.subarray(0, latents)], log: [...out.subarray(latents)] };
  });

  /** The pixels, in 0 to 1, that the decoder makes of a code. */
  learner.decode = (code) => {
    const [a, b, out] = [rows(HIDDEN, 1), rows(HIDDEN, 1), rows(PIXELS, 1)];
    forward(layers[3], Float32Array.from(code), a, 1, true);
    forward(layers[4], a, b, 1, true);
    forward(layers[5], b, out, 1, false);
    return out.map((logit) => 1 / (1 + Math.exp(-logit)));
  };
  return learner;
}
