// What is drawn can be dragged, with a mouse or a finger.

const GRIP = { mouse: 8, pen: 12, touch: 22 }; // CSS pixels: from this far a pointer gets hold of something

/**
 * Drag what is drawn in ``target``, ``wide`` units wide. pick(x, y, reach), all in these units, returns what follows the
 * pointer, a function move(x, y), or nothing where nothing is in reach; dropped() follows the last move. A touch that
 * gets hold of something does not scroll the page; any other does.
 */
function makeDraggable(target, wide, pick, dropped = () => {}) {
  let move = null; // of what is held
  const place = ({ clientX, clientY }) => {
    const box = target.getBoundingClientRect(), unit = wide / box.width;
    return [(clientX - box.left) * unit, (clientY - box.top) * unit, unit];
  };
  const find = (event, pointer) => {
    const [x, y, unit] = place(event);
    return pick(x, y, GRIP[pointer] * unit);
  };
  const listen = (kinds, listener, options) =>
    kinds.forEach((kind) => target.addEventListener(kind, listener, options));

  listen(["pointerdown"], (event) => {
    if (event.button || move) return;
    move = find(event, event.pointerType) ?? null;
    if (!move) return;
    event.preventDefault(); // no text is selected
    target.focus({ preventScroll: true }); // which this would prevent too
    target.setPointerCapture(event.pointerId);
    target.style.cursor = "grabbing";
    move(...place(event));
  });
  listen(["pointermove"], (event) => {
    if (move) move(...place(event));
    else target.style.cursor = find(event, event.pointerType) ? "grab" : "";
  });
  listen(["pointerup", "pointercancel"], () => {
    if (!move) return;
    move = null;
    target.style.cursor = "";
    dropped();
  });
  listen(["touchstart"], (event) => {
    if (event.cancelable && find(event.changedTouches[0], "touch")) event.preventDefault();
  }, { passive: false });
}
