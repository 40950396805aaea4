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
# Words that mean something else as well: they are links only here.
ONLY = {
    "card": [r"cards?(?= (?:of|beside|says|has))", r"(?<=their )cards", r"(?<=its )card"],
    "claim": [],
    "code": [r"codes(?! of)", r"(?<=rotated )code", r"(?<=the )code(?= (?:is|has|lies|of an image))"],
    "factor": [r"factors?(?! of (?:about )?(?:\d|two|three|four|ten|hundreds|thousands|more))"],
    "floor": [r"(?<=[Aa] )floor(?= of 1)", r"floors?(?= (?:under|on) the)"],
    "follows": [r"(?<=latent )follows", r"(?<=latents )follow", r"follows?(?= (?:a|one|no|the same) factor)"],
    "overlap": [r"overlap(?:s|ping)?(?= posteriors)", r"(?<=posteriors )overlap", r"(?<=posteriors )overlapping"],
    "plateau": [r"(?<=the )plateau", r"(?<=a )plateau"],
    "rate": [r"(?<!learning )(?<!at any )(?<!sampling )rates?"],
    "seed": [r"seeds"],
    "silence": ["silenced", "silencing"],
    "snapshots": [r"snapshots?(?= of)"],
    "teacher": [r"teachers?"],
    "weight": [r"weight(?= (?:of the|γ))"],
    "price": [r"prices?(?!-)"],
}


def words(terms: Iterable[str]) -> list[tuple[str, re.Pattern]]:
    """Each term with what it is called in the text, the longest first, so that no term hides a longer one."""
    return [(term, re.compile("|".join(names(term)))) for term in sorted(terms, key=len, reverse=True)]


def names(term: str) -> list[str]:
    """Regular expressions of the names of one term, which may begin a sentence."""
    own = ONLY.get(term) or ([] if term in ONLY else [plural(term)])
    return [rf"\b{capital(name)}\b" for name in [*own, *(ALSO.get(term, []) if term not in ONLY else [])]]


def plural(term: str) -> str:
    ending = {"y": "(?:y|ies)", "x": "x(?:es)?", "s": "s"}.get(term[-1], f"{term[-1]}s?")
    stem = (
        re.escape(term[:-1]).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?").replace("’", "'").replace("'", "['’]")
    )
    return stem + ending


def capital(name: str) -> str:
    """The same, where its first letter may be a capital."""
    return f"[{name[0].upper()}{name[0]}]{name[1:]}" if name[0].islower() else name
