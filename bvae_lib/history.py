"""What a training run recorded."""

import json
import reprlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ._runtime.arguments import number, plain, whole_number
from ._runtime.atomic import write_atomically
from ._runtime.paths import user_path

AWAKE = 0.1  # nats above which a latent counts as awake, where no other threshold is given


@dataclass
class History:
    """Figures of a run, each the mean over the steps since the record before; nats per image."""

    step: np.ndarray  #: [records] steps done
    distortion: np.ndarray  #: [records] D
    kl_per_latent: np.ndarray  #: [records, latents]
    price: np.ndarray  #: [records] nats of distortion per nat of rate; beta, or the multiplier
    capacity: np.ndarray  #: [records] C; NaN where the objective has none
    settings: dict = field(default_factory=dict)  #: what was asked for, and what "auto" chose

    @property
    def rate(self) -> np.ndarray:
        """R, the KL summed over latents, [records]."""
        return self.kl_per_latent.sum(axis=1)

    @property
    def slackness(self) -> np.ndarray:
        """The product price (rate - capacity) in nats, [records], 0 where complementary slackness holds (Eq. 2.3).

        Under ``Constrained`` that is the KKT condition multiplier (R - C) = 0: either the capacity is used to the last
        nat, or a nat costs nothing. NaN without a capacity.
        """
        return self.price * (self.rate - self.capacity)  # Eq. 2.3

    def followed_by(self, other: "History") -> "History":
        """Append the records of ``other``, whose steps are counted on and whose settings are kept.

        Raises:
            ValueError: where the two have other numbers of latents.
        """
        if not len(self.step):  # what recorded nothing does not know its latents
            return self.from_rows(other.step, other.rows(), other.settings)
        if not len(other.step):
            return self.from_rows(self.step, self.rows(), other.settings)
        latents, others = self.kl_per_latent.shape[1], other.kl_per_latent.shape[1]
        if latents != others:
            raise ValueError(f"the runs must have the same latents to follow one another, not {latents} and {others}")
        step = np.concatenate([self.step, other.step + self.step[-1]])
        return self.from_rows(step, np.concatenate([self.rows(), other.rows()]), other.settings)

    def first_record(self, rate: float) -> int:
        """Return the index of the first record whose rate is at least ``rate`` nats.

        Raises:
            ValueError: where there is none.
        """
        reached = np.flatnonzero(self.rate >= number("rate", rate))
        if not len(reached):
            most = self.rate.max(initial=0)
            raise ValueError(f"rate must be one that the run reaches, at most {most:.2f} nats, not {rate}")
        return int(reached[0])

    def onset_capacities(self, threshold: float = AWAKE, hold: int = 500) -> np.ndarray:
        """Return the capacity C at which each latent became active.

        A latent becomes active at the first record from which on its KL is above ``threshold`` for ``hold`` steps. The
        spread of these capacities says how well separated in time the latents are.

        Args:
            threshold: in nats.
            hold: in steps.

        Returns:
            [latents] in nats; NaN for one that never became active.

        Raises:
            ValueError: for a threshold or hold below 0.
        """
        threshold, hold = number("threshold", threshold, least=0), number("hold", hold, least=0)
        onset = np.full(self.kl_per_latent.shape[1], np.nan)
        for step, capacity in zip(self.step[::-1], self.capacity[::-1], strict=True):
            if step + hold <= self.step[-1]:  # of later ones it is not known whether they stay
                window = (self.step >= step) & (self.step <= step + hold)
                onset[(self.kl_per_latent[window] > threshold).all(axis=0)] = capacity
        return onset

    @classmethod
    def from_rows(cls, step: np.ndarray, rows: np.ndarray, settings: dict) -> "History":
        """Build a History from rows [records, 3 + latents]: distortion, price, capacity, KL of each latent.

        Raises:
            ValueError: for rows of another shape than that, or not one for each step, or steps that do not rise.
        """
        rows = rows if len(rows) else np.empty((0, 3), np.float32)  # nothing was recorded, latents included
        if rows.ndim != 2 or rows.shape[1] < 3 or step.shape != (len(rows),):
            raise ValueError(f"there must be a row of 3 + latents for each step, not {rows.shape} for {step.shape}")
        if len(step) and (step.dtype.kind not in "iu" or step[0] < 0 or (step[1:] <= step[:-1]).any()):
            raise ValueError(f"steps must be whole numbers that rise, not {reprlib.repr(step.tolist())}")
        return cls(step, rows[:, 0], rows[:, 3:], rows[:, 1], rows[:, 2], settings)

    def rows(self) -> np.ndarray:
        """Return rows [records, 3 + latents], the inverse of ``from_rows``."""
        return np.column_stack([self.distortion, self.price, self.capacity, self.kl_per_latent])

    def to_pandas(self) -> Any:
        """Return a DataFrame of one row a record, the KL of each latent in its own column."""
        import pandas

        columns = {"step": self.step, "distortion": self.distortion, "rate": self.rate}
        columns |= {"price": self.price, "capacity": self.capacity}
        return pandas.DataFrame(columns | {f"kl_{i}": kl for i, kl in enumerate(self.kl_per_latent.T)})

    def save(self, path: str | Path) -> None:
        """Write JSON to ``path``, whole or not at all. Float32 figures come back to the last bit.

        Raises:
            OSError: where ``path`` cannot be written.
            ValueError: for settings that JSON cannot store, or a ``path`` that is no path.
        """
        path = user_path("path", path)
        settings = plain("settings", self.settings)
        rows = [[None if np.isnan(x) else float(str(x)) for x in row] for row in self.rows().astype(np.float32)]
        with write_atomically(path, "w") as file:
            json.dump({"settings": settings, "step": self.step.tolist(), "rows": rows}, file)

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read what ``save`` wrote.

        Raises:
            OSError: where there is no such file.
            ValueError: where the file is something else, or ``path`` no path.
        """
        path = user_path("path", path)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder; name a file")
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            step = np.array([whole_number("step", x) for x in stored["step"]], dtype=int)
            rows = np.array(stored["rows"], dtype=np.float32)  # null becomes NaN
            return cls.from_rows(step, rows, dict(stored["settings"]))
        except (KeyError, TypeError, IndexError, ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f"{path} is not a saved History ({type(error).__name__}: {error})") from error


class Recorder:
    """Sums the figures of each step on the device; a record is their mean since the record before.

    Args:
        settings: of the run, kept in its History.
    """

    def __init__(self, settings: dict):
        self.settings = settings
        self.steps: list[int] = []
        self.rows: list[np.ndarray] = []
        self.first_nonfinite: torch.Tensor | None = None  # first step with a loss that is not finite, else -1
        self.total = torch.zeros(())
        self.count = 0

    @property
    def done(self) -> int:
        """Steps that were taken."""
        return (self.steps[-1] if self.steps else 0) + self.count

    def add(
        self,
        step: int,
        loss: torch.Tensor,
        distortion: torch.Tensor,
        price: torch.Tensor | float,
        capacity: float,
        kl: torch.Tensor,
    ) -> None:
        """Take the figures of one step.

        Args:
            step: of the run.
            loss: a scalar, which must be finite.
            distortion: D in nats per image, a scalar.
            price: nats of distortion per nat of rate, a scalar.
            capacity: C in nats.
            kl: of each latent in nats, [latents].
        """
        found = kl.new_full((), -1, dtype=torch.long) if self.first_nonfinite is None else self.first_nonfinite
        self.first_nonfinite = torch.where(loss.isfinite() | (found >= 0), found, step)
        # Plain numbers are filled in on the device: a copy from the CPU would stall a GPU's queue.
        figures = [f if isinstance(f, torch.Tensor) else kl.new_full((), f) for f in (distortion, price, capacity)]
        self.total = self.total + torch.cat([torch.stack(figures), kl])
        self.count += 1

    def check(self) -> None:
        """Raise FloatingPointError where a loss since the last record was not finite."""
        if self.first_nonfinite is not None and self.first_nonfinite >= 0:
            raise FloatingPointError(
                f"the loss was not finite at step {self.first_nonfinite.item()}; the weights are lost from there on. "
                f'Try a lower lr than {self.settings["lr"]}, precision="float32", or images in [0, 1]'
            )

    def make_record(self) -> None:
        """Make a record of what was added since the last.

        Raises:
            FloatingPointError: where a loss was not finite.
        """
        if not self.count:
            return
        self.check()
        self.steps.append(self.done)
        self.rows.append((self.total / self.count).cpu().numpy())
        self.total, self.count = torch.zeros(()), 0

    def summary(self) -> str:
        """Return the last record in a few words, for the progress bar."""
        distortion, price, _, *kl = self.rows[-1]
        return f"distortion {distortion:.1f}, KL {sum(kl):.2f} nats, price {price:.3g}"

    def history(self) -> History:
        """Return all records so far."""
        return History.from_rows(np.array(self.steps, int), np.array(self.rows, np.float32), self.settings)

    def state(self) -> dict[str, Any]:
        """Return records, and the sums since the last of them, for ``load_state``.

        Raises:
            FloatingPointError: where a loss was not finite.
        """
        self.check()
        history = self.history()
        step, rows = (torch.from_numpy(figures) for figures in (history.step, history.rows()))
        return {"step": step, "rows": rows, "total": self.total, "count": self.count}

    def load_state(self, state: dict[str, Any], device: torch.device) -> None:
        """Go on from a ``state``, the sums on ``device``.

        Raises:
            KeyError: for a state with a part missing.
            ValueError: for records and sums that do not fit together.
        """
        step, rows, total = state["step"].numpy(), state["rows"].numpy(), state["total"]
        History.from_rows(step, rows, self.settings)
        count = whole_number("count", state["count"], 0)
        expected = (rows.shape[1:] if len(step) else total.shape) if count else ()
        if total.shape != expected:
            raise ValueError(f"total must have the shape {list(expected)}, not {list(total.shape)}")
        self.steps, self.rows = step.tolist(), list(rows)
        self.total, self.count = total.to(device), count
