// Typesets equations when the book is built: a list of {tex, display} on stdin; their HTML and its style on stdout.
const { readFileSync } = require("node:fs");
const mathjax = require("mathjax");

// Fonts lie beside the style; nothing measures the letters around an equation, so it is enlarged by what fits the page's.
const chtml = { fontURL: "maths", matchFontHeight: false, scale: 1.2 };
const load = ["input/tex", "output/chtml", "adaptors/liteDOM", "a11y/assistive-mml"];

mathjax.init({ loader: { load }, chtml, startup: { typeset: false } }).then(({ startup, tex2chtml, chtmlStylesheet }) => {
  const { outerHTML, textContent } = startup.adaptor;
  const equations = JSON.parse(readFileSync(0, "utf8"));
  const html = equations.map(({ tex, display }) => outerHTML.call(startup.adaptor, tex2chtml(tex, { display, em: 16, ex: 8, containerWidth: 720 })));
  process.stdout.write(JSON.stringify({ html, style: textContent.call(startup.adaptor, chtmlStylesheet()) }));
});
