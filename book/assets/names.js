// Two of the theme's buttons have another name than the one that stands in them ("Search", for "Search Ctrl+K"; the
// colour mode, for its icon's title). Who speaks to the page says what stands there, so the name takes that in.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("button.search-button__button")) {
    if (button.innerText.includes("Search")) button.removeAttribute("aria-label");
  }
  for (const button of document.querySelectorAll("button.theme-switch-button")) {
    const modes = [...button.querySelectorAll(".theme-switch")].map((icon) => icon.title || icon.textContent.trim());
    button.setAttribute("aria-label", `Color mode: ${modes.join(", ")}`);
  }
  // The button that unfolds a cell's code says what it does.
  for (const summary of document.querySelectorAll("details.hide summary, details.toggle-details summary")) {
    if (summary.innerText.trim()) summary.removeAttribute("aria-label");
  }
  // A chapter with pages of its own can be unfolded in the sidebar, by an icon that has no name at all.
  for (const toggle of document.querySelectorAll("li > details > summary:has(.toctree-toggle)")) {
    const page = toggle.closest("li").querySelector("a").textContent.trim();
    toggle.setAttribute("aria-label", `Pages of ${page}`);
  }
});
// What is wider than the page scrolls by itself, so keys must be able to reach it.
addEventListener("load", () => {
  for (const wide of document.querySelectorAll("main :is(table, .stack, .figure.whole, pre)")) {
    if (wide.scrollWidth > wide.clientWidth + 1 && getComputedStyle(wide).overflowX === "auto") wide.tabIndex = 0;
  }
});
