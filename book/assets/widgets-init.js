// ipywidgets typesets slider labels with MathJax 2's queue; the page has MathJax 3, so hand the labels over.
window.MathJax = window.MathJax || {};
window.MathJax.Hub = window.MathJax.Hub || {
  Queue: (...calls) =>
    calls.forEach((call) => Array.isArray(call) && call[0] === "Typeset" && window.MathJax.typesetPromise?.([call[2]])),
  Config: () => {},
  Configured: () => {},
};

// A slider of ipywidgets has a label beside it that its handle does not know of: name the handle by it.
new MutationObserver(() => {
  for (const handle of document.querySelectorAll(".noUi-handle:not([aria-label])")) {
    const label = handle.closest(".jupyter-widgets")?.querySelector(".widget-label")?.textContent;
    if (label) handle.setAttribute("aria-label", label);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
