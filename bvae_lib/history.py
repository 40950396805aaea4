"""What a training run recorded."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .atomic import write_atomically


@dataclass
class History:
    """Figures of a run, each the mean over the steps since the record before; nats per image."""

    step: np.ndarray  # [records] steps done
    reconstruction: np.ndarray  # [records] distortion
    kl_per_latent: np.ndarray  # [records, latents]
    price: np.ndarray  # [records] nats of distortion paid for a nat of rate: beta, or the multiplier
    capacity: np.ndarray  # [records] target rate C; NaN where the objective has none
    settings: dict = field(default_factory=dict)  # what was asked for, and what "auto" chose

    @property
    def rate(self) -> np.ndarray:
        """KL summed over latents, [records]."""
        return self.kl_per_latent.sum(axis=1)

    @property
    def slackness(self) -> np.ndarray:
        """price (rate - capacity) in nats, [records]: 0 where complementary slackness holds, NaN without a target.

        Under ``Constrained`` that is the KKT condition multiplier (KL - C) = 0 (chapter 2, equation 6): either the
        budget is spent to the last nat, or nats are free.
        """
        return self.price * (self.rate - self.capacity)

    def followed_by(self, other: "History") -> "History":
        """The records of this run and then those of ``other``, whose steps are counted on; settings are the other's."""
        step = np.concatenate([self.step, other.step + self.step[-1]])
        return self.from_rows(step, np.concatenate([self.rows(), other.rows()]), other.settings)

    def wakings(self, threshold: float = 0.1, hold: int = 500) -> np.ndarray:
        """The capacity C in nats at which each latent woke, [latents]; NaN for one that did not.

        A latent is awake from the first record on at which its KL is above ``threshold`` nats and stays there for
        ``hold`` steps more (chapter 5). The spread of these capacities says how far apart the latents' paths are.
        """
        woke = np.full(self.kl_per_latent.shape[1], np.nan)
        for step, capacity in zip(self.step[::-1], self.capacity[::-1], strict=True):
            if step + hold <= self.step[-1]:  # later ones can't be known to stay
                wait = (self.step >= step) & (self.step <= step + hold)
                woke[(self.kl_per_latent[wait] > threshold).all(axis=0)] = capacity
        return woke

    @classmethod
    def from_rows(cls, step: np.ndarray, rows: np.ndarray, settings: dict) -> "History":
        """From rows [records, 3 + latents]: reconstruction, price, capacity, KL of each latent."""
        rows = rows if len(rows) else np.empty((0, 3), np.float32)  # nothing was recorded, latents included
        return cls(step, rows[:, 0], rows[:, 3:], rows[:, 1], rows[:, 2], settings)

    def rows(self) -> np.ndarray:
        """The inverse of ``from_rows``, float32."""
        return np.column_stack([self.reconstruction, self.price, self.capacity, self.kl_per_latent])

    def to_pandas(self):
        """A frame of one row a record, the KL of each latent in its own column."""
        import pandas

        columns = {"step": self.step, "reconstruction": self.reconstruction, "rate": self.rate}
        columns |= {"price": self.price, "capacity": self.capacity}
        return pandas.DataFrame(columns | {f"kl_{i}": kl for i, kl in enumerate(self.kl_per_latent.T)})

    def save(self, path: str | Path) -> None:
        """Write JSON to ``path``, whole or not at all. Float32 figures come back to the last bit."""
        rows = [[None if np.isnan(x) else float(str(x)) for x in row] for row in self.rows().astype(np.float32)]
        with write_atomically(path, "w") as file:
            json.dump({"settings": self.settings, "step": self.step.tolist(), "rows": rows}, file)

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read what ``save`` wrote; ValueError where the file is something else."""
        try:
            stored = json.loads(Path(path).read_text())
            rows = np.array(stored["rows"], dtype=np.float32)  # null becomes NaN
            return cls.from_rows(np.array(stored["step"]), rows, stored["settings"])
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise ValueError(f"{path} is not a saved History ({type(error).__name__}: {error})") from error
