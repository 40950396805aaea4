"""The words of a built page, as a reader would say them: for its description, and for the search."""

import re

from bs4 import BeautifulSoup, Tag

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ", "mu": "μ", "pi": "π",
         "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "theta": "θ", "le": "≤", "ge": "≥", "approx": "≈",
         "times": "×", "to": "→", "in": "∈", "sum": "∑"}  # fmt: skip
TEX = re.compile(r"\\(?:operatorname|mathrm|mathbf|text|mathcal|hat|bar|tilde|,|;|!|quad|left|right|[()\[\]])")


def read(page: str) -> BeautifulSoup:
    """The page without its scripts, which hold the weights of whole models."""
    return BeautifulSoup(re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL), "html.parser")


def first(part: Tag, selector: str) -> Tag:
    """The first element of ``part`` that ``selector`` names; a ValueError where there is none."""
    if (found := part.select_one(selector)) is None:
        raise ValueError(f"no {selector} on a built page: has the theme changed?")
    return found


def plain(part: Tag) -> str:
    """The text of ``part`` on one line, its equations as letters and signs."""
    for equation in part.select(".math"):
        equation.replace_with(letters(equation.get_text()))
    return " ".join(part.get_text().split())


def letters(tex: str) -> str:
    """TeX without its commands, where that can still be read: ``\\beta = 4`` is β = 4."""
    tex = re.sub(r"\\tag\{.*?\}|\\(?:begin|end)\{.*?\}|\\label\{.*?\}", "", TEX.sub("", tex))
    tex = re.sub(r"\\([A-Za-z]+)", lambda match: GREEK.get(match[1], match[1]), tex)
    return re.sub(r"[{}$\\]", "", tex)
