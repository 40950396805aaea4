// What the reader has guessed, by the name of each question: {question, guess, score, right, said}.
//
// It is in the page's own storage, which all pages of the book share. Where a browser gives a page none, as some do to
// one opened from a file, it is kept until the page is closed.

const STORED = "bvae-guesses";

function readGuesses() {
  if (window.bvaeGuesses) return window.bvaeGuesses; // the storage did not take them
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? {};
  } catch {
    return {};
  }
}

/** Keep all guesses, and tell the other widgets of the page. */
function writeGuesses(all) {
  try {
    localStorage.setItem(STORED, JSON.stringify(all));
  } catch { // full, or not allowed
    window.bvaeGuesses = all;
  }
  window.dispatchEvent(new Event(STORED));
}

/** Call ``listener`` whenever guesses change, on this page or in another tab; returns what stops it. */
function onGuesses(listener) {
  const events = [STORED, "storage"];
  for (const event of events) window.addEventListener(event, listener);
  return () => events.forEach((event) => window.removeEventListener(event, listener));
}
