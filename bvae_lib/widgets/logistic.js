// Logistic regression over several classes, as scikit-learn fits it: L-BFGS from zeros on, 100 steps at most.

const STEPS = 100, FLAT = 1e-4; // FLAT: the largest slope at which it stops; scikit-learn's defaults
const PAIRS = 10; // of steps and changes of slope that L-BFGS remembers
const LEAST_GAIN = 64 * Number.EPSILON; // of the loss, as a share of it

/** Chances of each class for rows x [n][latents], flat. Weights: latents + 1 numbers a class, the last an intercept. */
function chances(weights, x, classes) {
  const latents = x[0].length, chance = new Float64Array(x.length * classes);
  for (let i = 0, at = 0; i < x.length; i++, at += classes) {
    let most = -Infinity, sum = 0;
    for (let c = 0, w = 0; c < classes; c++) {
      let score = 0;
      for (let j = 0; j < latents; j++) score += weights[w++] * x[i][j];
      chance[at + c] = score += weights[w++];
      if (score > most) most = score;
    }
    for (let c = 0; c < classes; c++) sum += chance[at + c] = Math.exp(chance[at + c] - most);
    for (let c = 0; c < classes; c++) chance[at + c] /= sum;
  }
  return chance;
}

/** Mean of -ln of the chance that each row's own class gets. */
function crossEntropy(chance, labels, classes) {
  let sum = 0;
  labels.forEach((label, i) => (sum -= Math.log(Math.max(chance[i * classes + label], Number.MIN_VALUE))));
  return sum / labels.length;
}

/** Weights that predict labels [n] from x [n][latents]; penalty: 1 / C, half of it times their squares is added. */
function fitLogistic(x, labels, classes, penalty) {
  const n = x.length, latents = x[0].length, size = classes * (latents + 1);
  const lossAndSlope = (weights) => {
    const chance = chances(weights, x, classes), slope = new Float64Array(size);
    let loss = crossEntropy(chance, labels, classes);
    for (let i = 0, at = 0; i < n; i++)
      for (let c = 0, w = 0; c < classes; c++, at++) {
        const error = (chance[at] - (labels[i] === c ? 1 : 0)) / n;
        for (let j = 0; j < latents; j++) slope[w++] += error * x[i][j];
        slope[w++] += error;
      }
    for (let w = 0; w < size; w++) {
      if (w % (latents + 1) === latents) continue; // intercepts are free
      loss += (0.5 * penalty * weights[w] ** 2) / n;
      slope[w] += (penalty * weights[w]) / n;
    }
    return [loss, slope];
  };
  return minimise(lossAndSlope, new Float64Array(size));
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a + by * b */
function moved(a, by, b) {
  const there = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) there[i] = a[i] + by * b[i];
  return there;
}

/** Where a convex function is least, by L-BFGS from ``at`` on. */
function minimise(lossAndSlope, at) {
  let [loss, slope] = lossAndSlope(at);
  const pairs = []; // of the last steps, the newest first
  for (let step = 0; step < STEPS && slope.some((value) => Math.abs(value) > FLAT); step++) {
    const way = descent(slope, pairs), length = pairs.length ? 1 : 1 / Math.sqrt(dot(way, way));
    const [next, lower, flatter] = search(lossAndSlope, at, way, loss, dot(slope, way), length), gain = loss - lower;
    pairs.unshift([moved(next, -1, at), moved(flatter, -1, slope)]);
    pairs.length = Math.min(pairs.length, PAIRS);
    if (gain <= LEAST_GAIN * Math.max(Math.abs(loss), Math.abs(lower), 1)) return next;
    [at, loss, slope] = [next, lower, flatter];
  }
  return at;
}

/** The direction of L-BFGS: minus the slope, bent by what the last steps have shown of the curvature. */
function descent(slope, pairs) {
  let way = moved(new Float64Array(slope.length), -1, slope);
  if (!pairs.length) return way;
  const shares = pairs.map(([s, y]) => {
    const share = dot(s, way) / dot(s, y);
    way = moved(way, -share, y);
    return share;
  });
  const [s, y] = pairs[0], scale = dot(s, y) / dot(y, y);
  way = way.map((value) => scale * value);
  for (let i = pairs.length - 1; i >= 0; i--)
    way = moved(way, shares[i] - dot(pairs[i][1], way) / dot(...pairs[i]), pairs[i][0]);
  return way;
}

/** A place along ``way`` where the loss has fallen enough and is no longer as steep (Wolfe), its loss and its slope. */
function search(lossAndSlope, at, way, loss, steep, length) {
  let low = 0, high = Infinity;
  for (let tries = 0; ; tries++) {
    const next = moved(at, length, way), [there, slope] = lossAndSlope(next), steepness = dot(slope, way);
    const over = there > loss + 1e-3 * length * steep || steepness > -0.9 * steep;
    if (tries === 20 || (!over && steepness >= 0.9 * steep)) return [next, there, slope];
    if (over) high = length;
    else low = length;
    length = high < Infinity ? (low + high) / 2 : 4 * length;
  }
}
