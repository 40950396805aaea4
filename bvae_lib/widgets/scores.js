// Metrics of codes [n][latents] for factors [n][2], classes from 0 on, as bvae_lib.metrics computes them.

const BINS = 20, NEIGHBOURS = 10;

const column = (rows, j) => rows.map((row) => row[j]);
const columns = (rows) => rows[0].map((_, j) => column(rows, j));
const total = (values) => values.reduce((a, b) => a + b, 0);
const average = (values) => total(values) / values.length;
const falling = (values) => [...values].sort((a, b) => b - a);

/** All metrics of a code, from 0 to 1; NaN for what has no value. */
function allScores(codes, factors) {
  const latents = columns(codes), labels = columns(factors);
  const information = latents.map((z) => labels.map((f) => mutualInformation(bins(z), f)));
  const entropies = labels.map((f) => mutualInformation(f, f));
  const fits = latents.map((z) => labels.map((f) => determination(z, f)));
  const near = counted(latents).map((z) => labels.map((f, k) => neighbourInformation(z, f) / entropies[k]));
  const shares = shareOut(information);
  return {
    MIG: average(columns(information).map((each, k) => gap(each) / entropies[k])),
    SAP: average(columns(fits).map(gap)),
    MCC: matched(fits.map((row) => row.map(Math.sqrt))),
    modularity: average(information.map(modular)),
    "DCI D, by information": spread(shares),
    "DCI C, by information": spread(columns(shares)),
    InfoM: concentration(near),
    InfoC: concentration(columns(near)),
    InfoE: average(labels.map((f) => explained(codes, f))),
    explicitness: average(labels.map((f) => area(codes, f))),
  };
}

/** The bin of each code of a latent, 0 to 19; bins divide its range evenly. */
function bins(latent) {
  const low = Math.min(...latent), step = (Math.max(...latent) - low) / BINS;
  const edges = Array.from({ length: BINS - 1 }, (_, i) => (i + 1) * step + low);
  return latent.map((z) => edges.filter((edge) => edge <= z).length);
}

/** Mutual information in nats of two sequences of classes. */
function mutualInformation(a, b) {
  const joint = new Map(), ofA = new Map(), ofB = new Map();
  const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  a.forEach((one, i) => [count(joint, 1000 * one + b[i]), count(ofA, one), count(ofB, b[i])]);
  const nats = ([key, n]) =>
    n * Math.log((n * a.length) / (ofA.get(Math.floor(key / 1000)) * ofB.get(key % 1000)));
  return total([...joint].map(nats)) / a.length;
}

/** The largest of the values less the second. */
function gap(values) {
  const [best, second] = falling(values);
  return best - second;
}

/** R^2 of a latent and a factor. */
function determination(z, f) {
  const [ofZ, ofF] = [average(z), average(f)];
  const products = (a, u, b, v) => total(a.map((value, i) => (value - u) * (b[i] - v)));
  return products(z, ofZ, f, ofF) ** 2 / (products(z, ofZ, z, ofZ) * products(f, ofF, f, ofF));
}

/** Mean of the correlations [latents][2] of the two factors, each with a latent of its own: the best such pair. */
function matched(correlations) {
  const pairs = correlations.flatMap(([first], i) =>
    correlations.flatMap(([, second], j) => (i === j ? [] : [(first + second) / 2])));
  return Math.max(...pairs);
}

/** Modularity of a latent: 1 less the squares of its information on other factors, as shares of the largest. */
function modular(information) {
  const [most, ...others] = falling(information.map((nats) => nats ** 2));
  return most > 0 ? 1 - total(others) / (most * others.length) : 0;
}

/** Each factor's information [latents][factors], shared out over the latents. */
function shareOut(information) {
  const sums = columns(information).map(total);
  return information.map((row) => row.map((nats, k) => nats / (sums[k] || 1)));
}

/** 1 less the entropy of each row over its largest value, weighted by the sums of the rows. */
function spread(importance) {
  const all = total(importance.map(total));
  return total(importance.map((row) => {
    const kept = row.map((value) => value + 1e-11), sum = total(kept);
    const entropy = -total(kept.map((value) => (value / sum) * Math.log(value / sum)));
    return (total(row) / all) * (1 - entropy / Math.log(row.length));
  }));
}

/** The latents that count in InfoM and InfoC: those that range over more than a 20th of the widest. */
function counted(latents) {
  const ranges = latents.map((z) => Math.max(...z) - Math.min(...z));
  return latents.filter((_, i) => ranges[i] > Math.max(...ranges) / 20);
}

/** How far each row lies in one column: 0 where spread evenly, 1 where in one alone; NaN where it holds nothing. */
function concentration(rows) {
  const even = 1 / rows[0].length;
  return (average(rows.map((row) => Math.max(...row) / total(row))) - even) / (1 - even);
}

/** Mutual information in nats of a latent and classes, from nearest neighbours in the same class (Ross 2014). */
function neighbourInformation(z, f) {
  const harmonic = [0, 0]; // of n - 1: the digamma function of n, but for a constant that cancels
  for (let n = 2; n <= z.length; n++) harmonic[n] = harmonic[n - 1] + 1 / (n - 1);
  const members = Array.from({ length: Math.max(...f) + 1 }, (_, c) => z.filter((_, i) => f[i] === c));
  const terms = z.map((value, i) => {
    const own = members[f[i]], k = Math.min(NEIGHBOURS, own.length - 1);
    const distances = Float64Array.from(own, (other) => Math.abs(other - value)).sort();
    let within = 0; // nearer than the k-th of the class, itself among them
    for (let j = 0; j < z.length; j++) if (Math.abs(z[j] - value) < distances[k]) within++;
    return harmonic[k] - harmonic[own.length] - harmonic[within];
  });
  return Math.max(0, harmonic[z.length] + average(terms));
}

/** Means and standard deviations of the latents of some rows, as a function that scales rows by them. */
function scaler(rows) {
  const scales = columns(rows).map((z) => {
    const mean = average(z);
    return [mean, Math.sqrt(average(z.map((value) => (value - mean) ** 2)))];
  });
  return (row) => row.map((value, j) => (value - scales[j][0]) / scales[j][1]);
}

/** Share of the entropy ln K of a factor that logistic regression takes away, in sample. */
function explained(codes, f) {
  const x = codes.map(scaler(codes)), classes = Math.max(...f) + 1;
  const chance = chances(fitLogistic(x, f, classes, 0), x, classes);
  return 1 - crossEntropy(chance, f, classes) / Math.log(classes);
}

/** Area under the ROC curve, mean over classes, of logistic regression taught by one half and tested on the other. */
function area(codes, f) {
  const half = codes.length >> 1, x = codes.map(scaler(codes.slice(0, half))), classes = Math.max(...f) + 1;
  const chance = chances(fitLogistic(x.slice(0, half), f.slice(0, half), classes, 1), x.slice(half), classes);
  return average(Array.from({ length: classes }, (_, c) => {
    const yes = [], no = [];
    f.slice(half).forEach((label, i) => (label === c ? yes : no).push(chance[i * classes + c]));
    const right = (p, q) => (p > q ? 1 : p === q ? 0.5 : 0);
    return average(yes.map((p) => average(no.map((q) => right(p, q)))));
  }));
}
