"""Under a chapter's title how long it takes, and at its end what its neighbours answer."""

import re

from .links import ARTICLE
from .places import plain

WORDS, EQUATIONS = 200, 3  # read in a minute
TIMES = re.compile(r'<p class="times">.*?</p>', re.S)
RUNS = re.compile(r"(?:takes|runs in|takes about)\s+(?:about\s+)?<strong>(?P<time>[^<]*)</strong>")
NOT_READ = re.compile(r'<(script|style|noscript|pre|summary)\b.*?</\1>|<div class="math.*?</div>', re.S)
NEIGHBOUR = re.compile(r'(href="(?P<page>[\w-]+)\.html"[^>]*>(?:(?!</a>).)*?<p class="prev-next-title">.*?</p>)', re.S)
ANSWERS = re.compile(r'\s*<p class="prev-next-answers">.*?</p>', re.S)
# A row of the front page's table: the chapter, and the question that it answers.
ROW = re.compile(r'<td><p><a class="[^"]*" href="([\w-]+)\.html">(?:(?!</tr>).)*?</td>\s*<td><p>(.*?)</p></td>', re.S)


def questions(front: str) -> dict[str, str]:
    """The question that each chapter answers, as the table of the front page has it."""
    return {page: question for page, question in ROW.findall(front) if question}


def with_times(page: str) -> str:
    """The page with its times under its title, if it says how long it runs."""
    page = TIMES.sub("", page)
    if not (article := ARTICLE.search(page)) or not (runs := RUNS.search(article[0])):
        return page
    times = f"Reading: about {minutes(article[0])} minutes. Running: {about(runs['time'])} on one CPU core."
    start = page.index("</h1>", article.start()) + len("</h1>")
    return f'{page[:start]}<p class="times">{times}</p>{page[start:]}'


def minutes(article: str) -> int:
    """How long an article takes to read, to five minutes: its words, and the equations that stand by themselves."""
    words = len(plain(NOT_READ.sub(" ", article)).split())
    equations = article.count('<div class="math')
    return max(5, 5 * round((words / WORDS + equations / EQUATIONS) / 5))


def about(time: str) -> str:
    return time if time.startswith("about") else f"about {time}"


def with_neighbours(page: str, asked: dict[str, str]) -> str:
    """The page whose links to the one before and the one after say what that answers."""

    def say(link: re.Match) -> str:
        question = asked.get(link["page"])
        return link[1] + (f'<p class="prev-next-answers">{question}</p>' if question else "")

    head, foot, tail = page.partition('<div class="prev-next-area">')
    return head + foot + NEIGHBOUR.sub(say, ANSWERS.sub("", tail))
