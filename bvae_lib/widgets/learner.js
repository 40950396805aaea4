// A beta-VAE that learns in the page: its world, its network, its gradient and Adam, over Float32Arrays.
//
// With layers.js before it a plain script, without import or export, that never touches the page. The widget Live puts
// both texts in front of its worker's, in one blob; tools/presets.cjs reads them in Node.
//
// makeLearner({ seed, latents, sizes, oval, price, budget }) gives a learner. `sizes` adds a factor, the size of the
// blob; `oval` makes it higher than wide. `price` is a number, or { start, stop, steps }: it then moves evenly on a
// logarithmic scale. `budget` is null, or { start, stop, steps, speed }: C grows evenly, and the price follows by dual
// ascent. Fields that may be set while it learns: price (after schedule = null), budget.
//   advance(steps)         steps of Adam on random batches; afterwards step, price, distortion, rate, kl (last batch)
//   capacity()             C in nats at this step; NaN without a budget
//   survey()               of the world, at every second place (n x n): kl of each latent and their sum, the rate;
//                          active, latents above 0.1 nats; net [n * n][latents], means at the middle size; shares
//                          [latents][3] of a latent's variance that x, y and size explain linearly; and the means over
//                          active latents of places of angle (degrees off the axes) and straight (sum of the shares)
//   posterior(x, y, size)  image, mean and sd of a blob anywhere, all three from -1 to 1
//   decode(code)           the 256 pixels, in 0 to 1, of a code
//   encode(indices)        mean and log-variance of images of the world
//   loss(images, epsilon)  of 32 images and their noise; sets distortion, rate, kl and gradients (what tests check)
// The same seed gives the same run to the last bit, however its steps are grouped.

const SIDE = 16, PIXELS = SIDE * SIDE, HIDDEN = 64, BATCH = 32;
const PLACES = 21, MIDDLE = 8, REACH = 4.5; // centres of the blob along each axis: 8 - 4.5 to 8 + 4.5 pixels
const RADII = [1.4, 2.2, 3.0]; // its standard deviation in pixels; without sizes the middle one
const OVAL = 1.5; // an oval blob is narrower and higher by this, so that a step along x changes more pixels
const STRIDE = 2; // every second place is enough for a survey
const ADAM = { rate: 3e-3, first: 0.9, second: 0.999, tiny: 1e-8 };
const ACTIVE = 0.1; // nats of a latent that is in use

/** Write the image of one blob, in 0 to 1, at `at`; its factors are x, y and size, from -1 to 1. */
function draw(image, at, x, y, size, oval) {
  const radius = RADII[1] + size * (RADII[2] - RADII[1]), stretch = oval ? OVAL : 1;
  for (let p = 0; p < PIXELS; p++) {
    const dx = ((p % SIDE) + 0.5 - MIDDLE - REACH * x) * stretch;
    const dy = (Math.floor(p / SIDE) + 0.5 - MIDDLE - REACH * y) / stretch;
    image[at + p] = Math.exp((-0.5 * (dx * dx + dy * dy)) / (radius * radius));
  }
}

/** All images of the world, [n, 256], and the factors of each. */
function makeWorld(sizes, oval) {
  const factors = [], place = (i) => (2 * i) / (PLACES - 1) - 1;
  for (const size of sizes ? [-1, 0, 1] : [0])
    for (let j = 0; j < PLACES; j++) for (let i = 0; i < PLACES; i++) factors.push([place(i), place(j), size]);
  const images = new Float32Array(factors.length * PIXELS);
  factors.forEach(([x, y, size], n) => draw(images, n * PIXELS, x, y, size, oval));
  return { n: factors.length, images, factors, sizes: sizes ? 3 : 1, oval };
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

/** A beta-VAE: 256-64-64-(2 latents) and back, ReLU, Bernoulli loss on grey pixels. */
function makeLearner({ seed = 0, latents = 2, sizes = false, oval = false, price = 4, budget = null }) {
  const world = makeWorld(sizes, oval), random = makeRandom(seed);
  const shapes = [[PIXELS, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN, 2 * latents], [latents, HIDDEN], [HIDDEN, HIDDEN],
    [HIDDEN, PIXELS]];
  const count = shapes.reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);
  const [weights, gradients, first, second] = Array.from({ length: 4 }, () => new Float32Array(count));
  let offset = 0;
  const layers = shapes.map(([inputs, outputs]) => {
    const layer = makeLayer(inputs, outputs, weights, gradients, offset), end = offset + (inputs + 1) * outputs;
    for (; offset < end; offset++) weights[offset] = (2 * random.uniform() - 1) / Math.sqrt(inputs);
    return layer;
  });
  const rows = (width, n = BATCH) => new Float32Array(n * width);
  const values = [rows(PIXELS), ...shapes.map(([, outputs]) => rows(outputs))]; // values[k] goes into layer k
  const [batch, h1, h2, head, h3, h4, logits] = values;
  const slopes = shapes.map(([, outputs]) => rows(outputs)); // of the loss, by what comes out of layer k
  const z = rows(latents), dz = rows(latents), noise = rows(latents);
  const schedule = typeof price === "number" ? null : price;
  const learner = {
    world, layers, weights, gradients, latents, budget, schedule, step: 0, price: schedule ? schedule.start : price,
    distortion: NaN, rate: NaN, kl: new Float64Array(latents),
  };

  /** The loss of what lies in `batch` and `noise`, and its gradient: Eq. 2.4 at the price of this step. */
  const propagate = () => {
    forward(layers[0], batch, h1, BATCH, true);
    forward(layers[1], h1, h2, BATCH, true);
    forward(layers[2], h2, head, BATCH, false);
    for (let row = 0; row < BATCH; row++)
      for (let j = 0; j < latents; j++) { // Eq. 1.4
        const at = row * 2 * latents + j, k = row * latents + j;
        z[k] = head[at] + Math.exp(0.5 * head[at + latents]) * noise[k];
      }
    forward(layers[3], z, h3, BATCH, true);
    forward(layers[4], h3, h4, BATCH, true);
    forward(layers[5], h4, logits, BATCH, false);

    learner.distortion = 0;
    for (let at = 0; at < BATCH * PIXELS; at += PIXELS) { // Eq. 1.2; one logarithm of a product of 256 in 1 to 2
      let sum = 0, product = 1;
      for (let k = at; k < at + PIXELS; k++) {
        const logit = logits[k], small = Math.exp(-Math.abs(logit));
        sum += Math.max(logit, 0) - logit * batch[k];
        product *= 1 + small;
        slopes[5][k] = ((logit >= 0 ? 1 : small) / (1 + small) - batch[k]) / BATCH;
      }
      learner.distortion += (sum + Math.log(product)) / BATCH;
    }
    backward(layers[5], h4, slopes[5], slopes[4], BATCH, true);
    backward(layers[4], h3, slopes[4], slopes[3], BATCH, true);
    backward(layers[3], z, slopes[3], dz, BATCH, false);
    learner.kl.fill(0);
    for (let row = 0; row < BATCH; row++)
      for (let j = 0; j < latents; j++) {
        const at = row * 2 * latents + j, k = row * latents + j;
        const mean = head[at], log = head[at + latents], variance = Math.exp(log);
        learner.kl[j] += (0.5 * (mean * mean + variance - 1 - log)) / BATCH; // Eq. 1.3
        slopes[2][at] = dz[k] + (learner.price * mean) / BATCH;
        slopes[2][at + latents] =
          0.5 * (dz[k] * noise[k] * Math.sqrt(variance) + (learner.price * (variance - 1)) / BATCH);
      }
    learner.rate = learner.kl.reduce((sum, nats) => sum + nats, 0);
    backward(layers[2], h2, slopes[2], slopes[1], BATCH, true);
    backward(layers[1], h1, slopes[1], slopes[0], BATCH, true);
    backward(layers[0], batch, slopes[0], null, BATCH, false);
    return learner.distortion + learner.price * learner.rate;
  };

  /** One step of Adam (Kingma and Ba 2015, with the two corrections in one factor). */
  const adam = (step) => {
    const correction = Math.sqrt(1 - ADAM.second ** step), tiny = ADAM.tiny * correction;
    const rate = (ADAM.rate * correction) / (1 - ADAM.first ** step);
    for (let k = 0; k < count; k++) {
      const g = gradients[k], m = first[k] + (1 - ADAM.first) * (g - first[k]);
      const v = second[k] + (1 - ADAM.second) * (g * g - second[k]);
      first[k] = m;
      second[k] = v;
      weights[k] -= (rate * m) / (Math.sqrt(v) + tiny);
    }
  };

  learner.loss = (images, epsilon) => {
    batch.set(images);
    noise.set(epsilon);
    return propagate();
  };

  learner.capacity = () => {
    if (!learner.budget) return NaN;
    const { start, stop, steps } = learner.budget;
    return start + (stop - start) * Math.min(learner.step / steps, 1);
  };

  learner.advance = (steps = 1) => {
    for (const end = learner.step + steps; learner.step < end; learner.step++) {
      if (learner.schedule) {
        const { start, stop, steps: fall } = learner.schedule;
        learner.price = start * (stop / start) ** Math.min(learner.step / fall, 1);
      }
      for (let row = 0; row < BATCH; row++) {
        const drawn = Math.floor(random.uniform() * world.n) * PIXELS;
        for (let p = 0; p < PIXELS; p++) batch[row * PIXELS + p] = world.images[drawn + p];
      }
      for (let k = 0; k < noise.length; k++) noise[k] = random.normal();
      propagate();
      adam(learner.step + 1);
      if (learner.budget) { // Eq. 2.5
        const excess = Math.max(-1, Math.min(1, learner.rate - learner.capacity()));
        learner.price *= Math.exp(learner.budget.speed * excess);
      }
    }
  };
  return Object.assign(learner, makeViews(learner));
}

/** What a page shows of a learner: none of it changes the run. */
function makeViews({ world, layers, latents }) {
  /** Means, then log-variances, [n, 2 latents] of images [n, 256]. */
  const heads = (images, n) => {
    const [a, b, out] = [HIDDEN, HIDDEN, 2 * latents].map((width) => new Float32Array(n * width));
    forward(layers[0], images, a, n, true);
    forward(layers[1], a, b, n, true);
    forward(layers[2], b, out, n, false);
    return out;
  };
  const encode = (indices) => indices.map((index) => {
    const out = heads(world.images.subarray(index * PIXELS, (index + 1) * PIXELS), 1);
    return { mean: [...out.subarray(0, latents)], log: [...out.subarray(latents)] };
  });
  const posterior = (x, y, size = 0) => {
    const image = new Float32Array(PIXELS);
    draw(image, 0, x, y, size, world.oval);
    const out = heads(image, 1);
    const sd = [...out.subarray(latents)].map((log) => Math.exp(0.5 * log));
    return { image, mean: [...out.subarray(0, latents)], sd };
  };
  const decode = (code) => {
    const [a, b, out] = [HIDDEN, HIDDEN, PIXELS].map((width) => new Float32Array(width));
    forward(layers[3], Float32Array.from(code), a, 1, true);
    forward(layers[4], a, b, 1, true);
    forward(layers[5], b, out, 1, false);
    return out.map((logit) => 1 / (1 + Math.exp(-logit)));
  };

  const seen = world.factors.map((_, index) => index)
    .filter((index) => index % PLACES % STRIDE === 0 && Math.floor(index / PLACES) % PLACES % STRIDE === 0);
  const pictures = new Float32Array(seen.length * PIXELS);
  seen.forEach((index, k) => pictures.set(world.images.subarray(index * PIXELS, (index + 1) * PIXELS), k * PIXELS));
  const factors = seen.map((index) => world.factors[index]);

  const survey = () => {
    const out = heads(pictures, seen.length), n = Math.ceil(PLACES / STRIDE);
    const column = (k) => seen.map((_, row) => out[row * 2 * latents + k]);
    const means = Array.from({ length: latents }, (_, j) => column(j));
    const kl = means.map((mean, j) => {
      const logs = column(latents + j);
      return average(mean.map((m, row) => 0.5 * (m * m + Math.exp(logs[row]) - 1 - logs[row]))); // Eq. 1.3
    });
    const fits = means.map((mean) => regress(mean, factors));
    const placed = fits.filter(({ shares: [x, y, size] }, j) => kl[j] > ACTIVE && x + y >= size);
    const middle = factors.flatMap(([, , size], row) => (size === 0 ? [row] : []));
    return {
      n, net: middle.map((row) => means.map((mean) => mean[row])),
      kl, rate: kl.reduce((sum, nats) => sum + nats, 0), active: kl.filter((nats) => nats > ACTIVE).length,
      shares: fits.map(({ shares }) => shares), angle: average(placed.map((fit) => fit.angle)),
      straight: average(placed.map(({ shares: [x, y, size] }) => x + y + size)),
    };
  };
  return { encode, posterior, decode, survey };
}

const average = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/**
 * The linear fit of one latent's means on x, y and size, which the grid makes independent: the share of their variance
 * that each explains, and the angle of the slopes (x, y) off the nearer axis, 0 to 45 degrees.
 */
function regress(means, factors) {
  const centre = average(means), variance = average(means.map((mean) => (mean - centre) ** 2));
  const spreads = [0, 1, 2].map((k) => average(factors.map((factor) => factor[k] ** 2)));
  const slopes = spreads.map((spread, k) => spread && average(means.map((mean, n) => mean * factors[n][k])) / spread);
  const shares = slopes.map((slope, k) => (slope * slope * spreads[k]) / variance);
  const angle = (Math.atan2(Math.abs(slopes[1]), Math.abs(slopes[0])) * 180) / Math.PI;
  return { shares, angle: Math.min(angle, 90 - angle) };
}
