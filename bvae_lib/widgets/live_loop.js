// The training loop of Live, behind learner.js in one script: in a worker, or on the page where none is allowed.

const STRIP = [-2, -1, 0, 1, 2]; // of the latent that moves, in the pictures that each latent draws
const SHOWN = [[-0.8, -0.8], [0.6, -0.5], [0, 0], [-0.5, 0.6], [0.9, 0.9]]; // places of the pictures drawn again
const EVERY = 45; // milliseconds between two reports
const WINDOW = 20; // steps over which D is averaged, as single batches are noisy

/**
 * A run that messages steer: the function that takes them. It calls `report` with what the page shows, and works for
 * `slice` milliseconds at a time. The messages, any of them in one object:
 *   start   settings of makeLearner, and the run's number: a new run, at step 0
 *   goal    how many steps more; Infinity goes on and on, 0 rests
 *   rest    true while the page is not seen
 *   pace    milliseconds a step; 0 is as fast as it goes
 *   price   of a nat from now on, a number
 *   stop    where the budget ends, in nats
 *   look    { x, y, size } of the picture that is looked at, from -1 to 1
 */
function makeRun(report, slice) {
  let learner, run, distortion = 0, goal = 0, resting = false, pace = 0, look = { x: 0, y: 0, size: 0 }, timer = null, told = 0;
  const orders = {
    start(settings) {
      learner = makeLearner(settings);
      run = settings.run;
      goal = 0;
      distortion = 0;
    },
    goal: (steps) => (goal = learner.step + steps),
    rest: (value) => (resting = value),
    pace: (value) => (pace = value),
    price: (value) => Object.assign(learner, { price: value, schedule: null, budget: null }),
    stop: (value) => learner.budget && (learner.budget.stop = value),
    look: (value) => (look = value),
  };
  const busy = () => learner.step < goal && !resting;

  function advance() {
    learner.advance(1);
    distortion += (learner.distortion - distortion) / Math.min(learner.step, WINDOW);
  }

  function tell() {
    const { n, net, kl, angle, active } = learner.survey();
    const { image, mean, sd } = learner.posterior(look.x, look.y, look.size);
    const strips = mean.map((_, j) =>
      STRIP.map((value) => learner.decode(mean.map((old, k) => (k === j ? value : old)))));
    const pairs = SHOWN.map(([x, y], i) => {
      const seen = learner.posterior(x, y, learner.world.sizes > 1 ? (i % 3) - 1 : 0);
      return [seen.image, learner.decode(seen.mean)];
    });
    told = performance.now();
    report({
      run, step: learner.step, price: learner.price, capacity: learner.capacity(), D: learner.step ? distortion : NaN, kl, n, net, angle, active,
      look: { ...look, image, mean, sd, decoded: learner.decode(mean) }, strips, pairs, busy: learner.step < goal,
    });
  }

  function work() {
    timer = null;
    const end = performance.now() + slice;
    while (busy()) {
      advance();
      if (pace || performance.now() >= end) break;
    }
    if (!busy() || performance.now() - told >= EVERY) tell();
    if (busy()) timer = setTimeout(work, pace);
  }

  return (message) => {
    for (const [name, value] of Object.entries(message)) orders[name](value);
    if (!busy()) tell();
    else timer ??= setTimeout(work, 0);
  };
}
