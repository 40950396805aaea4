"""The book's search in a browser, from the file system: what it finds first, where it leads, what it marks."""

import pytest

FIRST = {  # query -> the kind and the heading of what comes first
    "hinge": ("term", "hinge"),
    "KL": ("term", "KL divergence"),
    "rates": ("term", "rate"),
    "posterior": ("term", "posterior"),
    "mig": ("term", "MIG"),
    "capacity": ("term", "capacity"),
    "multiplier": ("term", "multiplier"),
    "total correlation": ("term", "total correlation"),
    "water-filling": ("term", "water-filling"),
    "BetaVAE": ("name", "objectives.BetaVAE"),
}


@pytest.fixture
def search(open_page, addresses):
    """Type a query into the box of a page, as a reader does; returns the page of what was found, and its trouble."""

    def search_(query):
        page, trouble = open_page(f"{addresses['file']}/book/references.html")
        page.keyboard.press("Control+k")
        icon, box = (page.locator(f"#pst-search-dialog {part}").bounding_box() for part in (".fa-solid", "input"))
        assert icon["x"] + icon["width"] <= box["x"], "the icon lies over the first letter"
        page.keyboard.type(query)
        page.keyboard.press("Enter")
        page.locator("#search-results p").first.wait_for()
        return page, trouble

    return search_


def test_a_result_opens_its_section_and_marks_the_word(search):
    page, trouble = search("hinge")
    for query, expected in FIRST.items():
        found = page.evaluate("query => find(query, SECTIONS).map(({ kind, heading }) => [kind, heading])", query)
        assert tuple(found[0]) == expected, query
    assert "Burgess" in page.evaluate("find('Burgess', SECTIONS)[0].heading")
    link = page.locator(".found a[href*='05-capacity']").first
    assert "hinge" in link.locator("mark").inner_text()
    link.click()
    page.wait_for_function("CSS.highlights.get('found')?.size > 0")
    heading = page.locator(":target > :is(h2, h3)")
    assert "hinge" in heading.inner_text()
    assert 0 <= heading.bounding_box()["y"] < 450
    marks = page.evaluate("[...CSS.highlights.get('found')].map(range => range.toString().toLowerCase())")
    assert set(marks) <= {"hinge", "hinges"}
    assert trouble == []


def test_what_is_nowhere_is_said(search):
    page, trouble = search("<b>zzz</b>")
    assert "No places for “<b>zzz</b>”" in page.locator("#search-results").inner_text()
    assert trouble == []
