"""Trained models that travel with the library: a recipe by name, and for each its weights, History and card.

    model, history, card = zoo.load("dsprites-early")
    model, history = zoo.train("dsprites-early", seed=3)  # the recipe by name, another seed
    snapshots, history = zoo.load_snapshots("factors-seed0")  # what a run was like on its way

`make zoo` trains what is missing.
"""

from .cards import Card
from .grading import Grade, Prediction, grade, load_prediction, penalised_runs
from .measured import measures, paired
from .recipes import RECIPES
from .registry import load, names
from .report import Jumps, jump_differences, jumps, report_figures
from .runs import images_of, train
from .snapshots import FactorSnapshots, LatentSnapshots, load_snapshots

__all__ = [
    "RECIPES",
    "Card",
    "FactorSnapshots",
    "Grade",
    "Jumps",
    "LatentSnapshots",
    "Prediction",
    "grade",
    "images_of",
    "jump_differences",
    "jumps",
    "load",
    "load_prediction",
    "load_snapshots",
    "measures",
    "names",
    "paired",
    "penalised_runs",
    "report_figures",
    "train",
]
