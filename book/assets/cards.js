// Hover cards: what a link leads to, beside it, under a mouse or with the focus of the keyboard. A tap opens the link.
// What the cards say stands in the page (tools/thread/cards.py); nothing is loaded.
(() => {
  document.addEventListener("DOMContentLoaded", () => {
    const data = document.getElementById("cards");
    if (!data) return;
    const cards = JSON.parse(data.textContent);
    const card = document.createElement("div");
    card.id = "card";
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    document.body.append(card);
    let link = null;
    let timer = 0;

    const linkAt = (node) => {
      const found = node.closest?.("article a[href]");
      return found && Object.hasOwn(cards, found.getAttribute("href")) ? found : null;
    };
    const after = (milliseconds, act) => {
      clearTimeout(timer);
      timer = setTimeout(act, milliseconds);
    };
    const hide = () => {
      clearTimeout(timer);
      link?.removeAttribute("aria-describedby");
      link = null;
      card.hidden = true;
    };
    // Under the link's first line; above it where there is no room below; never off the side.
    const place = () => {
      if (!link) return;
      const box = link.getClientRects()[0];
      const wide = document.documentElement.clientWidth;
      const below = box.bottom + card.offsetHeight + 8 < innerHeight || box.top < card.offsetHeight + 8;
      card.style.left = `${scrollX + Math.max(8, Math.min(box.left, wide - card.offsetWidth - 8))}px`;
      card.style.top = `${scrollY + (below ? box.bottom + 4 : box.top - card.offsetHeight - 4)}px`;
    };
    const show = (target) => {
      if (target === link) return clearTimeout(timer);
      hide();
      link = target;
      card.innerHTML = cards[link.getAttribute("href")];
      card.hidden = false;
      link.setAttribute("aria-describedby", "card");
      place();
    };

    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const target = linkAt(event.target);
      if (target) after(200, () => show(target));
      else if (card.contains(event.target)) clearTimeout(timer);
      else if (document.activeElement !== link) after(200, hide);
    });
    document.addEventListener("focusin", (event) => {
      const target = linkAt(event.target);
      if (target?.matches(":focus-visible")) show(target);
    });
    document.addEventListener("focusout", hide);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("resize", hide);
  });
})();
