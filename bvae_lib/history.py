"""What a training run recorded, and the whole state of a run in one file."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from ._runtime.atomic import write_atomically


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
        """Append the records of ``other``, whose steps are counted on and whose settings are kept."""
        step = np.concatenate([self.step, other.step + self.step[-1]])
        return self.from_rows(step, np.concatenate([self.rows(), other.rows()]), other.settings)

    def first_record(self, rate: float) -> int:
        """Return the index of the first record whose rate is at least ``rate`` nats.

        Raises:
            ValueError: where there is none.
        """
        reached = np.flatnonzero(self.rate >= rate)
        if not len(reached):
            raise ValueError(f"rate must be one that the run reaches, at most {self.rate.max():.2f} nats, not {rate}")
        return int(reached[0])

    def onset_capacities(self, threshold: float = 0.1, hold: int = 500) -> np.ndarray:
        """Return the capacity C at which each latent became active.

        A latent becomes active at the first record from which on its KL is above ``threshold`` for ``hold`` steps. The
        spread of these capacities says how well separated in time the latents are.

        Args:
            threshold: in nats.
            hold: in steps.

        Returns:
            [latents] in nats; NaN for one that never became active.
        """
        onset = np.full(self.kl_per_latent.shape[1], np.nan)
        for step, capacity in zip(self.step[::-1], self.capacity[::-1], strict=True):
            if step + hold <= self.step[-1]:  # of later ones it is not known whether they stay
                window = (self.step >= step) & (self.step <= step + hold)
                onset[(self.kl_per_latent[window] > threshold).all(axis=0)] = capacity
        return onset

    @classmethod
    def from_rows(cls, step: np.ndarray, rows: np.ndarray, settings: dict) -> "History":
        """Build a History from rows [records, 3 + latents]: distortion, price, capacity, KL of each latent."""
        rows = rows if len(rows) else np.empty((0, 3), np.float32)  # nothing was recorded, latents included
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
        """Write JSON to ``path``, whole or not at all. Float32 figures come back to the last bit."""
        rows = [[None if np.isnan(x) else float(str(x)) for x in row] for row in self.rows().astype(np.float32)]
        with write_atomically(path, "w") as file:
            json.dump({"settings": self.settings, "step": self.step.tolist(), "rows": rows}, file)

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read what ``save`` wrote.

        Raises:
            ValueError: where the file is something else.
        """
        try:
            stored = json.loads(Path(path).read_text(encoding="utf-8"))
            rows = np.array(stored["rows"], dtype=np.float32)  # null becomes NaN
            return cls.from_rows(np.array(stored["step"]), rows, stored["settings"])
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise ValueError(f"{path} is not a saved History ({type(error).__name__}: {error})") from error


class Recorder:
    """Sums the figures of each step on the device; a record is their mean since the record before.

    Args:
        settings: of the run, kept in its History.
        history: of an earlier part of the run, which is continued.
    """

    def __init__(self, settings: dict, history: History | None = None):
        self.settings = settings
        self.steps = [] if history is None else history.step.tolist()
        self.rows = [] if history is None else list(history.rows())
        self.first_nonfinite: torch.Tensor | None = None  # first step with a loss that is not finite, else -1
        self.total = torch.zeros(())
        self.count = 0

    @property
    def done(self) -> int:
        """Steps that the records cover."""
        return self.steps[-1] if self.steps else 0

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

    def make_record(self) -> None:
        """Make a record of what was added since the last.

        Raises:
            FloatingPointError: where a loss was not finite.
        """
        if not self.count:
            return
        if self.first_nonfinite is not None and self.first_nonfinite >= 0:
            raise FloatingPointError(
                f"the loss was not finite at step {self.first_nonfinite.item()}; the weights are lost from there on. "
                f'Try a lower lr than {self.settings["lr"]}, precision="float32", or images in [0, 1]'
            )
        self.steps.append(self.done + self.count)
        self.rows.append((self.total / self.count).cpu().numpy())
        self.total, self.count = torch.zeros(()), 0

    def summary(self) -> str:
        """Return the last record in a few words, for the progress bar."""
        distortion, price, _, *kl = self.rows[-1]
        return f"distortion {distortion:.1f}, KL {sum(kl):.2f} nats, price {price:.3g}"

    def history(self) -> History:
        """Return all records so far."""
        return History.from_rows(np.array(self.steps), np.array(self.rows, np.float32), self.settings)


def save_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    history: History,
) -> None:
    """Write the whole state of a run to ``path``, whole or not at all, so that a run that is killed can go on.

    The file is safetensors: weights, optimizer and random state as tensors, History and settings as JSON in its header.
    One file is written and renamed at once, so weights and figures can never be of different steps.

    Args:
        path: of the file.
        model: its weights are stored.
        objective: its parameters and buffers are stored.
        optimizer: its state is stored.
        generator: its state is stored.
        history: up to the step that the others have reached.
    """
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"objective.{k}": v for k, v in objective.state_dict().items()}
    for i, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{k}": v for k, v in state.items() if v is not None}
    tensors["generator"] = generator.get_state()
    tensors["rows"] = torch.from_numpy(history.rows())
    tensors["step"] = torch.from_numpy(history.step)
    # safetensors stores contiguous tensors only: load_state_dict copies them into weights that are in channels_last.
    tensors = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    with write_atomically(path) as file:
        file.write(save(tensors, {"settings": json.dumps(history.settings)}))


def load_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    settings: dict,
) -> History:
    """Put the state in ``path`` into the objects given.

    Args:
        path: of the file.
        model: gets its weights.
        objective: gets its parameters and buffers.
        optimizer: gets its state.
        generator: gets its state.
        settings: of the run that is to go on, which must be those of the file, device and precision apart.

    Returns:
        The History up to there.

    Raises:
        ValueError: where the file is damaged, or of a run with other settings.
    """
    try:
        with safe_open(path, "pt") as file:
            stored = json.loads(file.metadata()["settings"])
            tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise ValueError(f"checkpoint {path} cannot be read ({error}); delete it to start again") from error
    for name in (stored.keys() | settings.keys()) - {"device", "precision"}:
        if stored.get(name) != settings.get(name):
            raise ValueError(
                f"checkpoint {Path(path)} is of another run: its {name} is {stored.get(name)}, here it is "
                f"{settings.get(name)}; give another file name, or delete it to start again"
            )

    def part(prefix: str) -> dict[str, torch.Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    try:
        model.load_state_dict(part("model."))
    except RuntimeError as error:  # weights of other names or shapes
        raise ValueError(f"checkpoint {Path(path)} is of another run, with another model: {error}") from error
    objective.load_state_dict(part("objective."))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in part("optimizer.").items():
        i, key = name.split(".", 1)
        state.setdefault(int(i), {})[key] = tensor
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
    generator.set_state(tensors["generator"])
    return History.from_rows(tensors["step"].numpy(), np.asarray(tensors["rows"]), stored)
