// ipywidgets typesets slider labels with MathJax 2's queue; the page has MathJax 3, so hand the labels over.
window.MathJax = window.MathJax || {};
window.MathJax.Hub = window.MathJax.Hub || {
  Queue: (...calls) =>
    calls.forEach((call) => Array.isArray(call) && call[0] === "Typeset" && window.MathJax.typesetPromise?.([call[2]])),
  Config: () => {},
  Configured: () => {},
};
