"""Make the built pages lighter: figures as WebP, and of the theme's icons only those that the pages show."""

import io
import re
from pathlib import Path

from fontTools import subset
from PIL import Image


def lighten(html: Path) -> None:
    """Rewrite the pages under ``html``, figures and the icon font. Harmless when called again."""
    for figure in (html / "_images").glob("*.png"):
        figure.with_suffix(".webp").write_bytes(webp(Image.open(figure)))
        figure.unlink()
    for page in html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'(src="(?:\.\./)*_images/[\w.-]+)\.png"', r'\1.webp"', text)
        # This script draws, in half a megabyte, the icons that the theme's fonts draw as well.
        text = re.sub(r'<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>', "", text)
        page.write_text(text, encoding="utf-8")
    keep_icons(html)


def webp(figure: Image.Image) -> bytes:
    """A figure as WebP: in 64 colours, which is half of what all would take, unless it is full of shaded images."""
    figure = figure.convert("RGB")
    exact, close, flat = io.BytesIO(), io.BytesIO(), io.BytesIO()
    figure.save(exact, "webp", lossless=True)
    figure.save(close, "webp", quality=60, method=6)
    figure.quantize(64, dither=Image.Dither.NONE).convert("RGB").save(flat, "webp", lossless=True, method=6)
    return (close if 2 * close.tell() < exact.tell() else flat).getvalue()


def keep_icons(html: Path) -> None:
    """Cut the theme's icon fonts down to the icons that its pages, scripts and admonitions name."""
    static = html / "_static"
    style = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    sources = [*html.rglob("*.html"), static / "scripts" / "pydata-sphinx-theme.js"]
    named = {name for source in sources for name in re.findall(r"\bfa-[a-z0-9-]+", source.read_text(encoding="utf-8"))}
    codes = {code for icons, code in re.findall(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\(f\w+)"\}', style)
             if named & set(re.findall(r"fa-[a-z0-9-]+", icons))}  # fmt: skip
    codes |= set(re.findall(r'--pst-icon-[\w-]+:\s*"\\(f\w+)"', style))
    if not named or not codes:
        raise SystemExit("no icons found in the theme's style: has pydata-sphinx-theme changed?")
    options = subset.Options(flavor="woff2")
    for file in (static / "vendor" / "fontawesome" / "webfonts").glob("fa-*.woff2"):
        font = subset.load_font(file, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[int(code, 16) for code in codes])
        subsetter.subset(font)
        subset.save_font(font, file, options)
