// Measures each preset of bvae_lib/widgets/presets.json on seeds 0 to 9, and writes what it finds into that file.
// `node tools/presets.cjs [name ...]`: all of them, or those named. Takes about a minute of one core for each.

const fs = require("fs"), path = require("path");

const WIDGETS = path.join(__dirname, "..", "bvae_lib", "widgets"), TABLE = path.join(WIDGETS, "presets.json");
const makeLearner = new Function(fs.readFileSync(path.join(WIDGETS, "learner.js"), "utf8") + "; return makeLearner;")();
const SEEDS = 10, TAIL = 100, EVERY = 50; // steps whose D is averaged, and steps between two surveys
const AWAKE = 0.3; // nats of a latent that has woken
const FACTORS = ["x", "y", "size"];

/** How the run of a preset with this seed ends, and in which order its latents woke, by the factor each holds. */
function measure({ settings, steps }, seed) {
  const learner = makeLearner({ ...settings, seed }), asleep = new Array(settings.latents).fill(0);
  let distortion = 0;
  while (learner.step < steps - TAIL) {
    learner.advance(EVERY);
    learner.survey().kl.forEach((nats, j) => (asleep[j] = nats < AWAKE ? learner.step : asleep[j]));
  }
  for (let k = 0; k < TAIL; k++) {
    learner.advance();
    distortion += learner.distortion / TAIL;
  }
  const { kl, rate, active, angle, straight, shares } = learner.survey();
  const order = asleep.map((step, j) => ({ step, j })).filter(({ j }) => kl[j] >= AWAKE).sort((a, b) => a.step - b.step);
  const round = (number) => (Number.isFinite(number) ? Number(number.toFixed(3)) : null);
  return {
    D: round(distortion), R: round(rate), price: round(learner.price), active, angle: round(angle), straight: round(straight),
    woke: order.map(({ step, j }) => [FACTORS[shares[j].indexOf(Math.max(...shares[j]))], step]),
  };
}

module.exports = { makeLearner, measure };

if (require.main === module) {
  const read = () => JSON.parse(fs.readFileSync(TABLE, "utf8")), wanted = process.argv.slice(2);
  for (const { name } of read().filter((preset) => !wanted.length || wanted.includes(preset.name))) {
    const found = Array.from({ length: SEEDS }, (_, seed) => measure(read().find((preset) => preset.name === name), seed));
    const table = read();
    table.find((preset) => preset.name === name).runs = found;
    fs.writeFileSync(TABLE, JSON.stringify(table, null, 1) + "\n");
  }
}
