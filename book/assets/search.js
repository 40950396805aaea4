// What search.html finds in SECTIONS: sections, terms and names of the library (tools/search.py writes them).
const SHOWN = 30;
const AROUND = 240; // letters of the text that are shown around the first place

function find(query, sections) {
  for (const regexes of words(query).length ? ways(query) : []) {
    const found = sections.map((section) => ({ ...section, regexes, score: score(section, regexes) }));
    if (found.some((section) => section.score)) {
      return found.filter((section) => section.score).sort((a, b) => b.score - a.score);
    }
  }
  return [];
}

// The glossary's term comes first, then headings, of which the query is as large a part as may be, then works and names,
// then the text that says it most often.
function score({ kind, heading, text }, regexes) {
  const count = (where, regex) => where.match(regex)?.length ?? 0;
  const said = Math.min(...regexes.map((regex) => count(heading, regex) + count(text, regex)));
  if (!said || !regexes.every((regex) => count(heading, regex))) return Math.min(said, 50);
  const rest = regexes.reduce((left, regex) => left.replace(regex, ""), heading).match(/[\p{L}\p{N}]/gu) ?? [];
  return { term: 1000, section: 400, work: 300, name: 100 }[kind] - Math.min(rest.length, 99) + Math.min(said, 50);
}

function marked(text, regexes) {
  const element = document.createElement("span");
  let from = 0;
  const places = regexes.flatMap((regex) => [...text.matchAll(regex)]).sort((a, b) => a.index - b.index);
  for (const { 0: said, index } of places) {
    if (index < from) continue;
    element.append(text.slice(from, index));
    element.appendChild(document.createElement("mark")).textContent = said;
    from = index + said.length;
  }
  element.append(text.slice(from));
  return element;
}

function excerpt(text, regexes) {
  const place = Math.min(...regexes.map((regex) => text.search(regex)).filter((at) => at >= 0));
  const start = place < AROUND / 2 || place === Infinity ? 0 : text.indexOf(" ", place - AROUND / 3) + 1;
  return `${start ? "… " : ""}${text.slice(start, start + AROUND)}${start + AROUND < text.length ? " …" : ""}`;
}

function item(query, { kind, where, heading, page, text, regexes }) {
  const element = document.createElement("li");
  const link = element.appendChild(document.createElement("a"));
  const [file, id] = where.split("#");
  link.href = `${file}?highlight=${encodeURIComponent(query)}#${id}`;
  link.append(marked(heading, regexes));
  if (page !== heading) element.appendChild(document.createElement("small")).textContent = ` ${page}`;
  element.appendChild(document.createElement("p")).append(marked(excerpt(text, regexes), regexes));
  return element;
}

addEventListener("DOMContentLoaded", () => {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  for (const box of document.querySelectorAll("input[name=q]")) box.value = query;
  if (!words(query).length) return;
  const found = find(query, SECTIONS);
  const status = document.createElement("p");
  status.textContent = `${found.length || "No"} ${found.length === 1 ? "place" : "places"} for “${query}”`;
  const list = document.createElement("ol");
  list.className = "found";
  list.append(...found.slice(0, SHOWN).map((section) => item(query, section)));
  document.getElementById("search-results").replaceChildren(status, list);
});
