// Answers one question about the learner: { task, settings, ...rest } as JSON on stdin, the answer on stdout.
const { makeLearner, measure, settingsOf } = require("../../tools/presets.cjs");
const { task, settings, ...rest } = JSON.parse(require("fs").readFileSync(0, "utf8"));

const tasks = {
  /** The loss of given images and noise at the weights of a seed, with every gradient. */
  loss({ images, noise }) {
    const learner = makeLearner(settings), weights = [...learner.weights];
    const loss = learner.loss(images, noise);
    return { loss, weights, gradients: [...learner.gradients], distortion: learner.distortion, kl: [...learner.kl] };
  },
  world() {
    const { images, factors } = makeLearner(settings).world;
    return { images: [...images], factors };
  },
  /** Weights and price after `chunks` of steps, one after another, and `tail` more, over which D and R are averaged. */
  run({ chunks, tail }) {
    const learner = makeLearner(settings);
    for (const steps of chunks) learner.advance(steps);
    let distortion = 0, rate = 0;
    for (let k = 0; k < tail; k++) {
      learner.advance();
      distortion += learner.distortion / tail;
      rate += learner.rate / tail;
    }
    return { distortion, rate, weights: [...learner.weights], price: learner.price };
  },
  /** What the page asks of a learner: a posterior and its picture, codes of images, and the survey. */
  views({ steps, x, y, size, indices }) {
    const learner = makeLearner(settings);
    learner.advance(steps);
    const { image, mean, sd } = learner.posterior(x, y, size);
    return {
      image: [...image], mean, sd, decoded: [...learner.decode(mean)], codes: learner.encode(indices),
      survey: learner.survey(), weights: [...learner.weights],
    };
  },
  preset: ({ name, steps, seed }) => measure(settingsOf(name), steps, seed),
};
console.log(JSON.stringify(tasks[task](rest)));
