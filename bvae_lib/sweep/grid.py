"""What is asked for: each run as a few plain values, which say its name and travel to a worker."""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from uuid import uuid4

import cloudpickle
import torch

from .. import metrics
from .._runtime.arguments import plain, seed_number, whole_number
from ..checkpoints import identify
from ..data import ImageSet
from ..data.base import as_images
from ..objectives import Objective
from ..training import check_arguments, pick_precision
from ..training import fit as train
from ..zoo.lookup import check_known
from ..zoo.runs import DATA, images_of

LARGEST = 1_000_000  # bytes that go to a worker for one run


@dataclass(frozen=True)
class Source:
    """Images that each worker opens itself; two are equal where the same call of ``sweep`` made them."""

    identity: dict[str, Any] = field(compare=False)  #: what tells them from others, plain values
    opener: Callable[[], ImageSet] = field(compare=False)
    call: str  #: a name of the data set, or a word of its own for each function that was given


@lru_cache(maxsize=1)
def opened(source: Source) -> ImageSet:
    """Return the images of a source; a worker keeps those that it opened last."""
    return source.opener()


@dataclass(frozen=True)
class Run:
    """One run: an objective, a seed, and what all runs of a sweep have in common."""

    kind: type[Objective]
    arguments: dict[str, Any]  #: of ``kind``
    seed: int
    images: Source
    latents: int
    fit: dict[str, Any]  #: arguments of ``fit``
    report: dict[str, Any]  #: arguments of ``metrics.report``

    @property
    def spec(self) -> dict[str, Any]:
        """What decides the result, as plain values."""
        objective = {"name": f"{self.kind.__module__}.{self.kind.__qualname__}", "arguments": self.arguments}
        common = {"images": self.images.identity, "latents": self.latents, "fit": self.fit, "report": self.report}
        return settled({"objective": objective, "seed": self.seed} | common)

    @property
    def name(self) -> str:
        """The run's files begin with this: the objective, the seed, and a digest of all that decides the result."""
        digest = hashlib.sha256(json.dumps(self.spec, sort_keys=True).encode()).hexdigest()[:16]
        return f"{self.kind.__name__}-seed{self.seed}-{digest}"

    def said_arguments(self) -> str:
        """Return the arguments as JSON: all numbers, and those words that are not the default."""
        defaults = {name: p.default for name, p in inspect.signature(self.kind).parameters.items()}
        said = {k: v for k, v in self.arguments.items() if isinstance(v, int | float) or v != defaults.get(k, ...)}
        return json.dumps(settled(said))


def settled(value: dict[str, Any]) -> dict[str, Any]:
    """Return plain values in which 4.0 is 4: the same number gives the same name."""
    return json.loads(json.dumps(value), parse_float=lambda text: int(x) if (x := float(text)).is_integer() else x)


def grid(objectives: Any, images: Any, seeds: Any, latents: Any, fit: Any, report: Any) -> list[tuple[str, Run]]:
    """Return the label and the run of each row, all checked before the first is trained; errors as ``sweep``."""
    labelled, seeds = list(labels(objectives)), check_seeds(seeds)
    common: dict[str, Any] = {"latents": whole_number("latents", latents, 1), "fit": check_fit(fit)}
    common |= {"report": check_report({} if report is None else report), "images": find(images)}
    runs = []
    for label, objective in labelled:
        arguments = rebuilt(objective)
        runs += [(label, Run(type(objective), arguments, seed, **common)) for seed in seeds]
    if len({(label, run.name) for label, run in runs}) < len(runs):
        raise ValueError("objectives must differ from one another; give each once, or under another name")
    size = len(cloudpickle.dumps(runs[0][1]))
    if size > LARGEST:
        raise ValueError(
            f"images must be opened by each worker, not sent: a run would take {size / 1e6:,.0f} MB; "
            "give a function that makes them from a few numbers or the name of a file"
        )
    return runs


def labels(objectives: Any) -> Iterable[tuple[str, Objective]]:
    """Yield the label and each objective of a list, or of a dict from label to objectives."""
    for label, group in objectives.items() if isinstance(objectives, Mapping) else [(None, objectives)]:
        members = [group] if isinstance(group, Objective) else list(group) if isinstance(group, Iterable) else [group]
        if not members:
            raise ValueError("objectives is empty; give some, such as [BetaVAE(4)]")
        for objective in members:
            if not isinstance(objective, Objective):
                raise TypeError(
                    "objectives must be a list of objectives such as [BetaVAE(1), BetaVAE(4)], or a dict of such lists "
                    f"by their names, not with {objective!r:.80} in it"
                )
            yield (type(objective).__name__ if label is None else str(label)), objective


def rebuilt(objective: Objective) -> dict[str, Any]:
    """Return the arguments by which a worker makes this objective; ValueError where they do not give it back."""
    kind = type(objective)
    settings = plain(f"{kind.__name__}.settings()", objective.settings())
    arguments = {name: value for name, value in settings.items() if name != "name"}
    try:
        again = plain("settings", kind(**arguments).settings())
    except (TypeError, ValueError) as error:
        again = error
    if again != settings:
        raise ValueError(
            f"{kind.__name__}(**arguments) must give the objective back from its settings, {settings}, not {again!r}"
        )
    return arguments


def check_seeds(seeds: Any) -> list[int]:
    """Return seeds as whole numbers; ValueError for anything else, none, or one twice."""
    if not isinstance(seeds, Iterable) or isinstance(seeds, str):
        raise ValueError(f"seeds must be several whole numbers, such as range(5), not {seeds!r}")
    numbers = [seed_number(seed) for seed in seeds]
    if not numbers or len({*numbers}) < len(numbers):
        raise ValueError(f"seeds must be whole numbers, at least one and each once, not {numbers}")
    return numbers


def check_options(name: str, options: Any, function: Callable, own: set[str]) -> dict[str, Any]:
    """Return ``options``, the argument ``name``, as plain values, and the defaults of what they leave out.

    Raises:
        TypeError: for what ``function`` does not take, and for its arguments ``own`` that the sweep gives.
    """
    defaults = {key: p.default for key, p in inspect.signature(function).parameters.items() if key not in own}
    wrong = options.keys() - defaults.keys() if isinstance(options, Mapping) else {repr(options)}
    if wrong:
        wanted = f"a dict of arguments among {[*defaults]}"
        raise TypeError(
            f"{name} must be {wanted}, not {', '.join(sorted(map(str, wrong)))}; the sweep gives the others"
        )
    given = {key: value.item() if hasattr(value, "item") else value for key, value in options.items()}
    needed = {key: value for key, value in defaults.items() if value is not inspect.Parameter.empty}
    return plain(name, needed | given)


def check_fit(options: Any) -> dict[str, Any]:
    """Return arguments of ``fit`` as plain values; only a worker knows which devices it has."""
    options = check_options("fit", options, train, {"model", "images", "objective", "seed", "checkpoint", "progress"})
    if "steps" not in options:
        raise ValueError('fit must say how many steps a run has, as {"steps": 5_000}')
    known = {k: v for k, v in options.items() if k in inspect.signature(check_arguments).parameters}
    check_arguments(**known)
    pick_precision(options["precision"], torch.device("cpu"))
    return options


def check_report(options: Any) -> dict[str, Any]:
    """Return arguments of ``metrics.report`` as plain values; a wrong one would fail behind hours of training."""
    options = check_options("report", options, metrics.report, {"model", "images"})
    whole_number("n", options["n"], least=1)
    seed_number(options["seed"])
    whole_number("resamples", options["resamples"], least=0)
    return options


def find(images: Any) -> Source:
    """Return where images come from; those of a function are opened here, too, and looked at.

    Raises:
        KeyError: for a name of no data set.
        TypeError: for an ImageSet or tensor itself, which would have to be sent to each worker.
    """
    if isinstance(images, str):
        check_known("data set", images, DATA)
        return Source({"name": images}, partial(images_of, images), images)
    if not callable(images):
        raise TypeError(
            f"images must be a name among {[*DATA]} or a function that opens them, not {type(images).__name__}: "
            "each worker opens them itself; DSprites, or partial(Blobs, (8, 8)), is such a function"
        )
    source = Source({}, images, uuid4().hex)
    looked_at = as_images(opened(source))
    size = tuple(looked_at[torch.tensor([0])].shape[2:])
    if size != (64, 64):
        raise ValueError(f"images must have 64 x 64 pixels, which BurgessVAE takes, not {size[0]} x {size[1]}")
    return Source(identify(looked_at), images, source.call)
