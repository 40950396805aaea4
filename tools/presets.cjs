// Measures each preset of the widget Live on seeds 0 to 9, as bvae_lib/widgets/preset_runs.json has them.
// `node tools/presets.cjs` adds the runs that are missing there: half a minute to a minute and a half of one core for
// the ten of a preset. Whoever changes a preset or the learner empties its "runs" first.

const fs = require("fs"), path = require("path");

const WIDGETS = path.join(__dirname, "..", "bvae_lib", "widgets"), TABLE = path.join(WIDGETS, "preset_runs.json");
const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const texts = ["layers.js", "learner.js"].map((name) => fs.readFileSync(path.join(WIDGETS, name), "utf8"));
const makeLearner = new Function(texts.join("\n") + "\nreturn makeLearner;")();
const settingsOf = (name) => read(path.join(WIDGETS, "presets.json")).find((preset) => preset.name === name);

const SEEDS = 10, TAIL = 100, EVERY = 50; // seeds; last steps, whose D is averaged; steps between two surveys
const AWAKE = 0.3; // nats of a latent that has woken
const FACTORS = ["x", "y", "size"];

/** How a run ends, and in which order its latents woke: the factor that each holds in the end, and the step. */
function measure(settings, steps, seed) {
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
  const order = [...kl.keys()].filter((j) => kl[j] >= AWAKE).sort((a, b) => asleep[a] - asleep[b]);
  const round = (number) => (Number.isFinite(number) ? Number(number.toFixed(3)) : null);
  return {
    D: round(distortion), R: round(rate), price: round(learner.price), active, angle: round(angle),
    straight: round(straight),
    woke: order.map((j) => [FACTORS[shares[j].indexOf(Math.max(...shares[j]))], asleep[j]]),
  };
}

module.exports = { makeLearner, measure, settingsOf };

/** The table as JSON, with a line for each run. */
const write = (table) => {
  const runs = (list) => list.map((run) => "\n  " + JSON.stringify(run)).join(",");
  const rows = Object.entries(table).map(([name, { steps, runs: list }]) =>
    ` ${JSON.stringify(name)}: {"steps": ${steps}, "runs": [${runs(list)}\n ]}`);
  fs.writeFileSync(TABLE, `{\n${rows.join(",\n")}\n}\n`);
};

if (require.main === module) {
  const table = read(TABLE);
  for (const [name, { steps, runs }] of Object.entries(table))
    for (let seed = 0; seed < SEEDS; seed++) {
      if (runs.some((run) => run.seed === seed)) continue;
      runs.push({ seed, ...measure(settingsOf(name), steps, seed) });
      runs.sort((a, b) => a.seed - b.seed);
      write(table);
    }
}
