"""Guesses and answers in a browser: by keys, mouse and slider, kept over a reload, and counted by Score."""

from pathlib import Path

from bvae_lib.widgets import Answer, GuessChoice, GuessNumber, GuessOrder, Score

AXE = Path(__file__).resolve().parents[2] / "tools" / "node_modules" / "axe-core" / "axe.min.js"
NATS = {"shape": 0.7, "scale": 1.9, "x": 2.6, "y": 2.7}
WIDGETS = {
    "order": lambda: GuessOrder("4.a", "nats of each factor", [*NATS], [*NATS.values()], tie=0.3),
    "number": lambda: GuessNumber("1.a", "rate of the encoder", 0, 40, 16.5, tolerance=3),
    "choice": lambda: GuessChoice("2.a", "what the loss does", ["rises", "falls"], "falls"),
}


def order(page):
    return page.locator(".bvae-item").all_inner_texts()


def verdict(page):
    return page.locator(".bvae-facts[role=status]").inner_text()


def clean(page):
    """What axe finds in the widget."""
    page.add_script_tag(path=AXE)
    return page.evaluate("axe.run('#here').then(r => r.violations.map(v => v.id))")


def test_an_order_is_made_by_keys_buttons_and_mouse_and_kept(show):
    page, trouble = show(WIDGETS["order"](), width=375, scheme="dark")
    assert "2.6" not in page.locator("#here").inner_html()  # no answer before "show"
    page.get_by_role("button", name="y: up").press("ArrowUp")
    assert order(page) == ["shape", "scale", "y", "x"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "y: up"
    page.get_by_role("button", name="shape: down").click()
    assert order(page) == ["scale", "shape", "y", "x"]
    handle, top = page.locator("[data-item=x] .bvae-handle"), page.locator("[data-item=scale]").bounding_box()
    start = handle.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, top["y"] + 2, steps=5)
    page.mouse.up()
    assert order(page) == ["x", "scale", "shape", "y"]
    assert clean(page) == []
    page.get_by_role("button", name="Show").click()
    assert verdict(page) == "Not quite: 1 of 4 in place, 4 of 6 pairs in the right order."
    assert "is 2nd: 2.6 nats" in page.locator("[data-item=x]").inner_text()
    assert page.get_by_role("button").count() == 0  # locked
    assert clean(page) == []
    page.reload()
    assert order(page) == ["x", "scale", "shape", "y"]
    assert verdict(page).startswith("Not quite")
    assert page.evaluate("state.guess") == ["x", "scale", "shape", "y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []


def test_a_number_is_bet_by_keys_and_locked(show):
    page, trouble = show(WIDGETS["number"]())
    slider = page.get_by_role("slider")
    for _ in range(15):  # a two-hundredth of the range each
        slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "17 nats"
    page.get_by_role("button", name="Show").click()
    assert verdict(page) == "Right: guessed 17, it is 16.5 nats: 0.5 off."
    assert slider.is_disabled()
    assert clean(page) == []
    assert trouble == []


def test_a_choice_waits_for_an_answer_that_a_later_cell_gives(show):
    widget = WIDGETS["choice"]()
    widget.answer = None
    page, trouble = show(widget)
    assert page.get_by_role("button", name="Show").is_disabled()
    page.get_by_label("rises").check()
    page.get_by_role("button", name="Show").click()
    assert verdict(page).startswith("Noted.")
    page.evaluate("model.set('answer', 'falls')")
    assert verdict(page) == "Not quite: guessed “rises”, it is “falls”."
    assert clean(page) == []
    assert trouble == []


KEPT = """localStorage.setItem("bvae-guesses", JSON.stringify({
  "4.a": {question: "nats", guess: ["x", "y"], score: 0.9, right: true, said: "4 of 5 in place"},
  "1.a": {question: "rate", guess: 17, score: 0, right: false, said: "guessed 17, it is 30 nats"},
}))"""


def test_score_counts_what_is_kept_draws_it_and_forgets_it(show):
    page, trouble = show(Score(40), width=375)
    assert page.get_by_text("No guess yet: the chapters have 40.").is_visible()
    page.evaluate(KEPT)
    page.reload()
    assert page.get_by_text("1 of 2 guesses right; 38 to go").is_visible()
    assert "4 of 5 in place" in page.get_by_role("img").get_attribute("aria-label")
    assert page.get_by_role("link", name="Save the picture").get_attribute("href").startswith("data:image/png")
    assert clean(page) == []
    forget = page.get_by_role("button", name="Forget all")
    forget.click()
    assert page.get_by_text("1 of 2 guesses right").is_visible()  # asked first
    page.get_by_role("button", name="Really forget all?").click()
    assert page.get_by_text("No guess yet").is_visible()
    assert page.evaluate("localStorage.getItem('bvae-guesses')") == "{}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []


def test_without_storage_a_guess_counts_until_the_page_is_closed(show):
    page, trouble = show(WIDGETS["choice"]())
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('not allowed'); }; }")
    page.get_by_label("falls").check()
    page.get_by_role("button", name="Show").click()
    assert verdict(page) == "Right: it is “falls”."
    assert page.evaluate("window.bvaeGuesses['2.a'].right")
    assert trouble == []


def test_an_exercise_is_answered_by_keys(show):
    page, trouble = show(Answer("2.1", 1.5, 0.01, "Find m first."), width=375)
    field = page.get_by_label("Your answer to exercise 2.1")
    for text, said in (("two", "A number, please"), ("1,2", "Not yet. Find m first."), ("3/2", "Right.")):
        field.fill(text)
        field.press("Enter")
        assert page.get_by_role("status").inner_text().startswith(said)
    assert clean(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []
