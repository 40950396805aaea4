// How a guess is judged against the answer: {score from 0 to 1, right, said}. No page is needed for it.

const ENOUGH = 0.8; // of the pairs in the right order, to count as right

/** Three digits, fewer where the last are zeros; whole numbers from 1,000 on. */
function round(value) {
  return Math.abs(value) < 1000 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString("en");
}

const judges = {
  /** ``guess`` lists items, the largest first; ``answer`` is the value of each of ``items``. */
  order(guess, { answer, items, tie }) {
    const values = guess.map((item) => answer[items.indexOf(item)]);
    const sorted = [...values].sort((a, b) => b - a);
    let right = 0;
    values.forEach((value, i) => values.slice(i + 1).forEach((later) => { right += value >= later - tie; }));
    const pairs = (values.length * (values.length - 1)) / 2;
    const placed = values.filter((value, i) => Math.abs(value - sorted[i]) <= tie).length;
    return { score: right / pairs, right: right / pairs >= ENOUGH,
      said: `${placed} of ${values.length} in place, ${right} of ${pairs} pairs in the right order` };
  },

  number(guess, { answer, unit, tolerance, log_scale: log }) {
    const right = log ? Math.abs(Math.log(guess / answer)) <= Math.log(tolerance) : Math.abs(guess - answer) <= tolerance;
    const off = log ? `a factor of ${round(Math.max(guess / answer, answer / guess))} off`
      : `${round(Math.abs(guess - answer))} off`;
    return { score: Number(right), right, said: `guessed ${round(guess)}, it is ${round(answer)} ${unit}: ${off}` };
  },

  choice(guess, { answer }) {
    const right = guess === answer;
    return { score: Number(right), right, said: right ? `it is “${answer}”` : `guessed “${guess}”, it is “${answer}”` };
  },
};
