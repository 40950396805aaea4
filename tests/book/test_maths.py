"""Equations that are typeset when the book is built: each in its place, in the cards too, and its TeX still there."""

import json
import re

from tools.maths import restore_tex, with_equations

PAGE = r"""<p>A <span class="math notranslate nohighlight">\(a &lt; b\)</span> and “\(”</p>
<div class="math notranslate nohighlight" id="equation-1.1">\[c \tag{1.1}\]</div>
<script type="application/json" id="cards">{"#x":"<p>Is <span class=\"math\">\\(f'\\)<\/span><\/p>"}</script>"""


def test_an_equation_is_replaced_where_it_stands_and_in_the_cards():
    page = with_equations(PAGE, lambda tex: f"<mjx-container>{len(tex)}</mjx-container>")
    assert re.findall("<mjx-container>(.*?)<", page) == [str(len(r"\(a < b\)")), str(len(r"\[c \tag{1.1}\]")), "6"]
    assert 'id="equation-1.1"' in page
    assert "“\\(”" in page
    cards = re.search(r'id="cards">(.*?)</script>', page, re.S)
    assert "<mjx-container>6</mjx-container></span></p>" in json.loads(cards[1])["#x"]


def test_the_next_build_finds_the_tex_again(tmp_path):
    before = PAGE.split("<script")[0]
    page = with_equations(before, lambda _: "<mjx-container><mjx-math></mjx-math></mjx-container>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    restore_tex(tmp_path)
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == before
