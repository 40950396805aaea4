// Answers, as JSON, one question about learner.js: `node learner.cjs <learner.js>` with { task, ...arguments } on stdin.
const fs = require("fs");
const makeLearner = new Function(fs.readFileSync(process.argv[2], "utf8") + "; return makeLearner;")();
const { task, settings, ...arguments_ } = JSON.parse(fs.readFileSync(0, "utf8"));

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
  /** Weights, price and D, averaged over the last `tail` steps, after `chunks` of steps one after another. */
  run({ chunks, tail = 1 }) {
    const learner = makeLearner(settings);
    for (const steps of chunks) learner.advance(steps);
    let distortion = 0, rate = 0;
    for (let k = 0; k < tail; k++) {
      learner.advance();
      distortion += learner.distortion / tail;
      rate += learner.rate / tail;
    }
    const { kl, active, angle, straight } = learner.survey();
    return { distortion, rate, weights: [...learner.weights], price: learner.price, kl, active, angle, straight };
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
};
console.log(JSON.stringify(tasks[task](arguments_)));
