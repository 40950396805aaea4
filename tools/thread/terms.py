"""The words by which the text names the terms of the glossary: inflected, hyphenated, shortened."""

import re
from collections.abc import Iterable

# Other names of a term, as regular expressions.
ALSO = {
    "disentangled": ["disentangl(?:ing|ement)"],
    "distillation": ["distilled"],
    "ELBO": ["evidence lower bound"],
    "independent component analysis": ["ICA"],
    "inactive latent": ["latents? (?:is|are) inactive"],
    "active latent": ["latents? (?:is|are) active"],
    "KKT conditions": ["KKT"],
    "KL divergence": ["KL"],
    "linear probe": ["probes?"],
    "MIG": ["mutual information gap"],
    "non-negative garrote": ["garrote"],
    "normalised mutual information": ["NMI"],
    "prune": ["pruned", "pruning"],
    "reparametrisation": ["reparametris(?:e|ed|es|ing)"],
    "silence": ["silenced", "silencing"],
}
# Words that mean something else as well: they are the terms only here.
ONLY = {
    "card": [r"cards?(?= (?:of|beside|says|has))", r"(?<=their )cards", r"(?<=its )card"],
    "code": [r"codes(?! of)", r"(?<=rotated )code", r"(?<=the )code(?= (?:is|has|lies|of an image))"],
    "factor": [r"(?<!by a )factors?(?! of (?:the\b|about )?(?:\d|two|three|four|ten|hundreds|thousands|more))"],
    "floor": [r"(?<=[Aa] )floor(?= of 1)", r"floors?(?= (?:under|on) the)"],
    "follows": [r"(?<=latent )follows", r"(?<=latents )follow", r"follows?(?= (?:a|one|no|the same) factor)"],
    "overlap": [r"overlap(?:s|ping)?(?= posteriors)", r"(?<=posteriors )overlap", r"(?<=posteriors )overlapping"],
    "plateau": [r"(?<=the )plateau", r"(?<=a )plateau"],
    "rate": [r"(?<![Ll]earning )(?<!at any )(?<!sampling )rates?"],
    "seed": [r"seeds"],
    "silence": ["silenced", "silencing"],
    "stand-in": ["stand-ins?"],
    "snapshots": [r"snapshots?(?= of)"],
    "teacher": [r"teachers?"],
    "weight": [r"weight(?= (?:of the penalty|γ))"],
    "price": [r"prices?(?!-)"],
}


SPACE = r"[\s-]+"
NEVER = {"claim"}  # in every chapter, and hardly ever the cell that is meant


def words(terms: Iterable[str]) -> tuple[re.Pattern, list[str]]:
    """What the terms are called in a text, as one pattern; its groups are the terms of the list, in that order.

    Longer names come first, so that none is hidden by a shorter one that begins it.
    """
    named = sorted(((name, term) for term in set(terms) - NEVER for name in names(term)), key=lambda n: (-len(n[0]), n))
    return re.compile("|".join(f"({name})" for name, _ in named) or "(?!)"), [term for _, term in named]


def names(term: str) -> list[str]:
    """Regular expressions of the names of one term, which may begin a sentence."""
    own = ONLY.get(term) or [plural(term), *(name.replace(" ", SPACE) for name in ALSO.get(term, []))]
    return [rf"\b{capital(name)}\b" for name in own]


def plural(term: str) -> str:
    """The term in singular or plural, with its spaces and hyphens in either form, and either apostrophe."""
    ending = {"y": "(?:y|ies)", "x": "x(?:es)?", "s": "s"}.get(term[-1], f"{term[-1]}s?")
    stem = re.escape(term[:-1]).replace(r"\ ", SPACE).replace(r"\-", r"[\s-]?")
    return re.sub("['’]", "['’]", stem) + ending


def capital(name: str) -> str:
    """The same, where its first letter may be a capital."""
    return f"[{name[0].upper()}{name[0]}]{name[1:]}" if name[0].islower() else name
