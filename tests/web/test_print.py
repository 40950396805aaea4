"""A chapter on paper: short enough to print, with nothing cut and nothing that paper cannot use."""

WIDTH = 680  # CSS pixels of A4 between margins of 15 mm
CUT = """(all, width) => all
    .filter(e => e.getBoundingClientRect().right > width + 1 || e.scrollWidth > e.clientWidth + 1)
    .map(e => e.outerHTML.slice(0, 100))"""


def test_chapter_5_on_paper(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/book/05-capacity.html", WIDTH)
    page.emulate_media(media="print")
    equations = page.locator("main .math").count()
    page.wait_for_function("n => document.querySelectorAll('main .math mjx-container').length >= n", arg=equations)
    for kind in ("pre", "table", "div.math", ".figure"):
        assert page.locator(f"article {kind}:visible").evaluate_all(CUT, WIDTH) == [], kind
    assert page.locator("article details.hide:visible").count() == 0, "folded code leaves no trace"
    assert page.locator("main :is(button, input):visible").count() == 0
    margins = dict.fromkeys(("top", "right", "bottom", "left"), "15mm")
    assert page.pdf(format="A4", margin=margins).count(b"/Type /Page\n") < 25
    assert trouble == []
