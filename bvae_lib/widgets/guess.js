// Guess: an order, a number or a choice; "show" locks it, scores it, and sets the answer beside it.

function render({ model, el }) {
  const { name, question, kind } = Object.fromEntries(["name", "question", "kind"].map((t) => [t, model.get(t)]));
  const input = inputs[kind](model);
  const verdict = element("p", { class: "bvae-facts", role: "status" });
  const show = element("button", { type: "button", click: lock }, "Show");
  const rule = element("span", { class: "bvae-note" }, input.rule);
  el.append(element("div", { class: "bvae bvae-guess", role: "group", "aria-label": `Guess: ${question}` },
    element("p", { class: "bvae-title" }, `Your guess: ${question}`), input.place,
    element("div", { class: "bvae-buttons" }, show, rule), verdict));
  input.changed(() => { show.disabled = input.value() === null; });

  function lock() {
    model.set("guess", input.value());
    model.save_changes();
    reveal();
  }

  /** Say how the guess did, if there is one and the answer is known, and keep it. */
  function reveal() {
    const guess = model.get("guess"), traits = readTraits(model);
    input.set(guess, guess === null ? null : traits);
    show.hidden = rule.hidden = guess !== null;
    show.disabled = input.value() === null;
    if (guess === null) verdict.textContent = "";
    else if (traits.answer === null) verdict.textContent = "Noted. The answer comes from a cell below, once it has run.";
    else {
      const { score, right, said } = judges[kind](guess, traits);
      verdict.textContent = `${right ? "Right" : "Not quite"}: ${said}.`;
      const all = readGuesses(), record = { question, guess, score, right, said };
      if (JSON.stringify(all[name]) !== JSON.stringify(record)) writeGuesses({ ...all, [name]: record });
    }
  }

  /** Take up what was guessed on an earlier visit, or forget it with the rest. */
  function restore() {
    const kept = readGuesses()[name]?.guess;
    const waits = model.get("guess") !== null && model.get("answer") === null; // locked, and nothing kept yet
    if (waits) return;
    model.set("guess", input.fits(kept) ? kept : null);
    model.save_changes();
    reveal();
  }
  const stop = onGuesses(restore);
  model.on("change:answer", reveal);
  restore();
  return () => {
    stop();
    model.off("change:answer", reveal);
  };
}

function readTraits(model) {
  const names = ["answer", "items", "options", "low", "high", "unit", "tie", "tolerance", "log_scale"];
  return Object.fromEntries(names.map((name) => [name, model.get(name)]));
}

// Each input: where it is on the page, its rule, value(), changed(listener), fits(a kept guess), and set(guess, traits),
// which locks the guess and marks the answer if there are traits that have one, and else opens it again.
const inputs = {
  order(model) {
    const items = model.get("items"), unit = model.get("unit");
    const place = element("ol", { class: "bvae-order", "aria-label": model.get("question") });
    const said = element("span", { class: "bvae-hidden", role: "status" });
    const lines = new Map(items.map((item) => [item, makeLine(item)]));
    const value = () => [...place.children].map((line) => line.dataset.item);
    let locked = false;

    function makeLine(item) {
      const button = (label, step) =>
        element("button", { type: "button", "aria-label": `${item}: ${label}`, click: () => move(item, step) },
          step < 0 ? "↑" : "↓");
      const line = element("li", { "data-item": item, "data-lm-suppress-shortcuts": "true", pointerdown: grab,
        keydown: (event) => {
          const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!step || locked) return;
          event.preventDefault();
          move(item, step);
        } },
      element("span", { class: "bvae-handle", "aria-hidden": "true" }, "⠿"),
      element("span", { class: "bvae-item" }, item),
      element("span", { class: "bvae-moves" }, button("up", -1), button("down", 1)),
      element("span", { class: "bvae-truth" }));
      return line;
    }

    function put(line, at) {
      const others = [...place.children].filter((other) => other !== line);
      if (place.children[at] === line) return;
      const focused = document.activeElement;
      place.insertBefore(line, others[at] ?? null);
      if (line.contains(focused)) focused.focus();
    }

    function move(item, step) {
      const line = lines.get(item), at = value().indexOf(item) + step;
      if (locked || at < 0 || at >= items.length) return;
      put(line, at);
      said.textContent = `${item}: place ${at + 1} of ${items.length}`;
    }

    /** Drag a line by its handle, or with a mouse by any part that is no button. */
    function grab(event) {
      const byHandle = event.target.classList.contains("bvae-handle");
      if (locked || !(byHandle || (event.pointerType === "mouse" && event.target.tagName !== "BUTTON"))) return;
      const line = event.currentTarget;
      event.preventDefault();
      line.classList.add("bvae-dragged");
      const drag = ({ clientY }) => {
        const above = [...place.children].filter((other) => {
          const { top, height } = other.getBoundingClientRect();
          return other !== line && clientY > top + height / 2;
        });
        put(line, above.length);
      };
      const drop = () => {
        line.classList.remove("bvae-dragged");
        window.removeEventListener("pointermove", drag);
        for (const end of ["pointerup", "pointercancel"]) window.removeEventListener(end, drop);
      };
      window.addEventListener("pointermove", drag);
      for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, drop);
    }

    place.append(...lines.values());
    return {
      place: element("div", {}, place, said), value,
      rule: "Drag, or move with the arrows; the largest first. Four pairs in five count as right.",
      changed: () => {},
      fits: (kept) => Array.isArray(kept) && kept.length === items.length && items.every((item) => kept.includes(item)),
      set(guess, traits) {
        locked = guess !== null;
        said.textContent = "";
        place.classList.toggle("bvae-locked", locked);
        if (guess) place.append(...guess.map((item) => lines.get(item)));
        const ranked = [...items].sort((a, b) => valueOf(b) - valueOf(a));
        function valueOf(item) {
          return traits?.answer ? traits.answer[items.indexOf(item)] : 0;
        }
        for (const [item, line] of lines) {
          for (const button of line.querySelectorAll("button")) button.hidden = locked;
          line.querySelector(".bvae-truth").textContent =
            traits?.answer ? `is ${ordinal(ranked.indexOf(item) + 1)}: ${round(valueOf(item))} ${unit}` : "";
        }
      },
    };
  },

  number(model) {
    const { low, high, unit, tolerance, log_scale: log } = readTraits(model);
    const toNumber = (at) => (log ? low * (high / low) ** at : low + (high - low) * at);
    const toPlace = (number) => {
      const at = log ? Math.log(number / low) / Math.log(high / low) : (number - low) / (high - low);
      return Math.min(1, Math.max(0, at));
    };
    const text = () => `${round(toNumber(input.valueAsNumber))} ${unit}`;
    const tell = () => {
      input.setAttribute("aria-valuetext", text());
      shown.textContent = text();
    };
    const input = slider({ min: 0, max: 1, step: 0.005, "aria-label": model.get("question"), input: tell });
    const shown = element("span", { class: "bvae-facts", "aria-hidden": "true" });
    const marks = element("span", { class: "bvae-posterior", "aria-hidden": "true" });
    const key = element("p", { class: "bvae-note" });
    const open = (number) => {
      input.value = number === null ? 0.5 : toPlace(number);
      tell();
    };
    open(null);
    return {
      place: element("div", {}, shown, element("span", { class: "bvae-track" }, marks, input),
        makeEnds(`${round(low)} ${unit}`, `${round(high)} ${unit}`), key),
      rule: `Right ${log ? `within a factor of ${round(tolerance)}` : `within ${round(tolerance)} ${unit}`}.`,
      value: () => Number(toNumber(input.valueAsNumber).toPrecision(4)),
      changed: () => {},
      fits: (kept) => typeof kept === "number" && (!log || kept > 0),
      set(guess, traits) {
        if (guess !== null) open(guess);
        input.disabled = guess !== null;
        const answer = traits?.answer ?? null;
        key.textContent = answer === null ? "" : "Orange: the answer; blue: what counts as right.";
        if (answer === null) return marks.replaceChildren();
        const ends = log ? [answer / tolerance, answer * tolerance] : [answer - tolerance, answer + tolerance];
        const [left, middle, right] = [ends[0], answer, ends[1]].map((at) => 100 * (log && at <= 0 ? 0 : toPlace(at)));
        marks.replaceChildren(
          element("span", { class: "bvae-band", style: `left: ${left}%; width: ${right - left}%` }),
          element("span", { class: "bvae-mean", style: `left: ${middle}%` }));
      },
    };
  },

  choice(model) {
    const options = model.get("options");
    let listener = () => {};
    const group = `bvae-${Math.random()}`; // another view of this widget has buttons of its own
    const radios = options.map((option) =>
      element("input", { type: "radio", name: group, value: option, change: () => listener() }));
    const lines = radios.map((radio, i) => element("label", { class: "bvae-option" }, radio, options[i]));
    return {
      place: element("div", { role: "radiogroup", "aria-label": model.get("question") }, ...lines),
      rule: "",
      value: () => radios.find((radio) => radio.checked)?.value ?? null,
      changed: (call) => { listener = call; },
      fits: (kept) => options.includes(kept),
      set(guess, traits) {
        radios.forEach((radio, i) => {
          if (guess !== null || radio.disabled) radio.checked = options[i] === guess;
          radio.disabled = guess !== null;
          lines[i].classList.toggle("bvae-true", traits?.answer === options[i]);
        });
      },
    };
  },
};

function ordinal(n) {
  return `${n}${["th", "st", "nd", "rd"][n % 100 > 10 && n % 100 < 14 ? 0 : n % 10] ?? "th"}`;
}

export default { render };
