// Answer: a field for a number, and whether it is right.

/** What was typed as a number: "1.5", "1,5" and "3/2" are the same; NaN for anything else. */
function readNumber(text) {
  const parts = text.replace("−", "-").replaceAll(",", ".").split("/").map((part) => (part.trim() ? Number(part) : NaN));
  return parts.length > 2 ? NaN : parts.reduce((above, below) => above / below);
}

/** Whether ``value`` is right, as bvae_lib.exercises.exercise judges it. */
function isRight(value, [right, tolerance]) {
  return Math.abs(value - right) <= tolerance * Math.max(1, Math.abs(right));
}

function render({ model, el }) {
  const field = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "bvae-field",
    "aria-label": `Your answer to exercise ${model.get("exercise")}`, "data-lm-suppress-shortcuts": "true",
    keydown: (event) => event.key === "Enter" && check() });
  const verdict = element("span", { class: "bvae-note", role: "status" });
  el.append(element("div", { class: "bvae" }, element("div", { class: "bvae-buttons" },
    element("span", { "aria-hidden": "true" }, "Or type the number here:"), field,
    element("button", { type: "button", click: check }, "Check"), verdict)));

  function check() {
    const value = readNumber(field.value);
    if (!Number.isFinite(value)) verdict.textContent = "A number, please, as 1.5 or 3/2.";
    else verdict.textContent = isRight(value, JSON.parse(atob(model.get("sealed")))) ? "Right." : `Not yet. ${model.get("hint")}`;
  }
}

export default { render };
