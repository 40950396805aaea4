// Score: what was guessed on all pages, as words to copy and a picture to keep.

const WIDE_CARD = 800, HIGH_CARD = 420;
const BOXES = { right: "🟩", partly: "🟨", wrong: "🟥" };
const COLOURS = { right: "#009e73", partly: "#f0e442", wrong: "#d55e00" };

/** Names in the order of the book: "2.10" after "2.9", appendices last. */
function inOrder(all) {
  return Object.entries(all).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}

function degree({ right, score }) {
  return right ? "right" : score >= 0.5 ? "partly" : "wrong";
}

/** The guesses of each chapter, [chapter, [records]]. */
function byChapter(all) {
  const chapters = new Map();
  for (const [name, record] of inOrder(all)) {
    const chapter = name.split(".")[0];
    chapters.set(chapter, [...(chapters.get(chapter) ?? []), record]);
  }
  return [...chapters];
}

function headline(all, total) {
  const made = Object.values(all), right = made.filter((record) => record.right).length;
  if (!made.length) return `No guess yet: the chapters have ${total}.`;
  return `${right} of ${made.length} guesses right` + (made.length < total ? `; ${total - made.length} to go` : "");
}

function asText(all, total) {
  const rows = byChapter(all).map(([chapter, records]) =>
    `${chapter} ${records.map((record) => BOXES[degree(record)]).join("")}`);
  const orders = inOrder(all).flatMap(([, record]) =>
    (Array.isArray(record.guess) ? [`${record.question}: ${record.said}`] : []));
  return ["Understanding disentangling in β-VAE", headline(all, total), ...rows, ...orders].join("\n");
}

function paintCard(canvas, all, total) {
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, WIDE_CARD, HIGH_CARD);
  const write = (text, x, y, size, weight = 400) => {
    context.fillStyle = "#1a1a1a";
    context.font = `${weight} ${size}px sans-serif`;
    context.fillText(text, x, y, WIDE_CARD - x - 30);
  };
  write("Understanding disentangling in β-VAE", 30, 52, 26);
  write(headline(all, total), 30, 100, 34, 700);
  byChapter(all).forEach(([chapter, records], i) => {
    const x = 30 + 390 * (i % 2), y = 130 + 42 * Math.floor(i / 2);
    write(/^\d/.test(chapter) ? `chapter ${chapter}` : `appendix ${chapter}`, x, y + 23, 20);
    records.forEach((record, j) => {
      context.fillStyle = COLOURS[degree(record)];
      context.fillRect(x + 130 + 36 * j, y, 30, 30);
    });
  });
  const orders = inOrder(all).filter(([, record]) => Array.isArray(record.guess)).slice(0, 2);
  orders.forEach(([, record], i) => write(`${record.question}: ${record.said}`, 30, 362 + 28 * i, 17));
}

function render({ model, el }) {
  const total = model.get("total");
  const facts = element("p", { class: "bvae-facts" });
  const list = element("ul", { class: "bvae-guesses" });
  const canvas = element("canvas", { width: WIDE_CARD, height: HIGH_CARD, class: "bvae-card", role: "img" });
  const said = element("span", { class: "bvae-note", role: "status" });
  const copy = element("button", { type: "button", click: copyText }, "Copy as text");
  const save = element("a", { class: "bvae-save", download: "guesses.png" }, "Save the picture");
  const forget = element("button", { type: "button", click: reset, blur: calm }, "Forget all");
  const all = element("div", {}, canvas, element("div", { class: "bvae-buttons" }, copy, save, forget, said),
    element("details", {}, element("summary", {}, "One by one"), list));
  el.append(element("div", { class: "bvae", role: "group", "aria-label": "Your guesses" }, facts, all));

  async function copyText() {
    const text = asText(readGuesses(), total);
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no permission, or an old browser: by way of a selection
      const area = element("textarea", { "aria-label": "Your score as text" });
      area.value = text;
      copy.after(area);
      area.select();
      if (!document.execCommand("copy")) return;
      area.remove();
      copy.focus();
    }
    said.textContent = "Copied.";
  }

  function reset() {
    if (forget.textContent === "Forget all") forget.textContent = "Really forget all?";
    else writeGuesses({});
  }

  function calm() {
    forget.textContent = "Forget all";
  }

  function draw() {
    const guesses = readGuesses();
    facts.textContent = headline(guesses, total);
    all.hidden = !Object.keys(guesses).length;
    said.textContent = "";
    calm();
    list.replaceChildren(...inOrder(guesses).map(([name, record]) =>
      element("li", {}, `${name} ${record.question}: ${record.said} ${BOXES[degree(record)]}`)));
    paintCard(canvas, guesses, total);
    canvas.setAttribute("aria-label", asText(guesses, total).replace(/[🟩🟨🟥]/gu, ""));
    save.href = canvas.toDataURL("image/png");
  }
  const stop = onGuesses(draw);
  draw();
  return stop;
}

export default { render };
