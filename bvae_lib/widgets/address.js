// A moment of a widget as an address: page.html?price.index=3#section.
//
// The state is in the query, and not behind the #, where the page's sections are: links to sections work as ever, and
// keep the state. A page opened from a file has a query too. Only a page of the book has an address for others to open:
// there tools/widgets.js names each model by its ``page_key``. In a notebook there is none, and no button.

/**
 * Give the model the state that the page's address has for it, and make a button that copies such an address: [button,
 * ...], or nothing where the page has none. ``ranges``: for each trait that is sent, a number or a list of numbers, its
 * {min, max} and, if it is an index, step 1.
 */
function makeLink(model, ranges) {
  const key = model.get("page_key");
  if (!key) return [];
  const asked = new URLSearchParams(location.search);
  const found = Object.keys(ranges).filter((name) => {
    const text = asked.get(`${key}.${name}`);
    const value = text === null ? undefined : parse(text, model.get(name), ranges[name]);
    if (value !== undefined) model.set(name, value);
    return value !== undefined;
  });

  const said = element("span", { role: "status" });
  const field = element("input", { type: "text", class: "bvae-field", readonly: "", hidden: "", "aria-label": "link" });
  const copy = async () => {
    const state = Object.keys(ranges).map((name) => `${key}.${name}=${write(model.get(name))}`).join("&");
    const section = line.closest("section[id]")?.id;
    const address = `${location.href.split(/[?#]/)[0]}?${state}${section ? `#${section}` : ""}`;
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied.";
    } catch { // not allowed here: the reader copies it
      field.value = address;
      field.hidden = false;
      field.select();
    }
  };
  const line = element("div", { class: "bvae-buttons bvae-link" },
    element("button", { type: "button", click: copy }, "Copy link to this"), said, field);
  if (found.length) requestAnimationFrame(() => line.closest(".bvae").scrollIntoView({ block: "center" }));
  return [line];
}

function write(value) {
  return [value].flat().map((number) => Number(number.toPrecision(4))).join(",");
}

/** The value that a text says, as many numbers as ``old`` has and each in its range; undefined if it says none. */
function parse(text, old, { min, max, step }) {
  const numbers = text.split(",").map(Number);
  if (numbers.length !== [old].flat().length || !numbers.every(Number.isFinite)) return undefined;
  const values = numbers.map((number) => Math.min(max, Math.max(min, step === 1 ? Math.round(number) : number)));
  return Array.isArray(old) ? values : values[0];
}
