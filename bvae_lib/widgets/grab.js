// The shape in a decoded image: where it is, and the latents that put it elsewhere.

const STEPS = 6, NUDGE = 0.1, LONGEST = 1; // of the search; NUDGE and LONGEST are standard deviations of the prior
const CLOSE = 0.2; // pixels: the search ends here
const BRIGHT = 80; // of 255: at least this is the shape

/** Whether a canvas shows the shape within ``reach`` of a place, all in pixels of the image. */
function showsShape(canvas, x, y, reach) {
  const side = 2 * Math.ceil(reach) + 1;
  const { data } = canvas.getContext("2d").getImageData(Math.floor(x - side / 2), Math.floor(y - side / 2), side, side);
  return data.some((value, i) => i % 4 === 0 && value >= BRIGHT);
}

/** The centre [x, y] of a shape in grey, in pixels; squares keep what little the background has out of it. */
function centre(pixels) {
  let sum = 0, across = 0, down = 0;
  for (let i = 0; i < pixels.length; i++) {
    const weight = pixels[i] ** 2;
    sum += weight;
    across += weight * (i % 64);
    down += weight * (i >> 6);
  }
  return [across / sum + 0.5, down / sum + 0.5];
}

/**
 * ``z`` with two latents changed, within ``span``, so that the shape's centre comes as near to ``goal`` as they can
 * bring it. The two need not be one for each axis: Newton's steps, with slopes from two small changes at first and then
 * from the steps themselves (Broyden's method).
 */
function bring(decode, z, latents, goal, span) {
  const change = (values, moves) => values.map((value, i) =>
    (latents.includes(i) ? Math.min(span, Math.max(-span, value + moves[latents.indexOf(i)])) : value));
  let at = centre(decode(z));
  const slopes = latents.map((latent, i) => {
    const step = z[latent] > 0 ? -NUDGE : NUDGE; // away from an end
    const moved = centre(decode(change(z, i ? [0, step] : [step, 0])));
    return [(moved[0] - at[0]) / step, (moved[1] - at[1]) / step];
  });
  for (let step = 0; step < STEPS; step++) {
    const [x, y] = [goal[0] - at[0], goal[1] - at[1]], [[a, b], [c, d]] = slopes, volume = a * d - b * c;
    if (Math.hypot(x, y) < CLOSE || !volume) break;
    const wanted = [(d * x - c * y) / volume, (a * y - b * x) / volume];
    const shrink = Math.min(1, LONGEST / Math.hypot(...wanted));
    const next = change(z, wanted.map((move) => shrink * move));
    const moves = latents.map((latent) => next[latent] - z[latent]), length = Math.hypot(...moves) ** 2;
    if (length < 1e-8) break; // both latents are at their ends
    const there = centre(decode(next));
    const missed = [0, 1].map((axis) => there[axis] - at[axis] - moves[0] * slopes[0][axis] - moves[1] * slopes[1][axis]);
    slopes.forEach((slope, i) => [0, 1].forEach((axis) => (slope[axis] += (missed[axis] * moves[i]) / length)));
    if (Math.hypot(goal[0] - there[0], goal[1] - there[1]) < Math.hypot(x, y)) [z, at] = [next, there];
  }
  return z;
}
