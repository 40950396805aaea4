// A page that is opened from the search marks what was looked for; the page's own elements stay as they are.
const LETTER = "[\\p{L}\\p{N}]";
const SPELLED = { alpha: "α", beta: "β", gamma: "γ", lambda: "λ", mu: "μ", sigma: "σ" };

const words = (query) => query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

// What follows words side by side, in singular or plural; with `whole` false, also what only begins like them.
function pattern(words, whole = true) {
  const spelled = words.map((word) => {
    const letter = Object.entries(SPELLED).find((pair) => pair.includes(word));
    const stem = word.length > 3 ? word.replace(/s$/u, "") : word;
    return letter ? `(?:${letter.join("|")})` : stem + (whole ? "(?:s|(?<=[sxzh])es)?" : `${LETTER}*`);
  });
  return new RegExp(`(?<!${LETTER})${spelled.join("[^\\p{L}\\p{N}]{1,3}")}(?!${LETTER})`, "giu");
}

// The ways to look for a query, the strictest first: words side by side, words apart, what begins like them.
function ways(query) {
  const all = words(query);
  return [[pattern(all)], all.map((word) => pattern([word])), all.map((word) => pattern([word], false))];
}

function mark(query, article) {
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const skipped = ".math, script, style, noscript, .bvae";
  const shown = [];
  while (texts.nextNode()) if (!texts.currentNode.parentElement.closest(skipped)) shown.push(texts.currentNode);
  const way = ways(query).find((regexes) => shown.some(({ data }) => regexes.some((regex) => data.match(regex))));
  for (const text of way ? shown : []) {
    for (const { 0: said, index } of way.flatMap((regex) => [...text.data.matchAll(regex)])) {
      const range = new Range();
      range.setStart(text, index);
      range.setEnd(text, index + said.length);
      CSS.highlights.set("found", (CSS.highlights.get("found") ?? new Highlight()).add(range));
    }
  }
}

addEventListener("DOMContentLoaded", () => {
  const query = new URLSearchParams(location.search).get("highlight") ?? "";
  if (words(query).length && CSS.highlights) mark(query, document.querySelector("article"));
});
