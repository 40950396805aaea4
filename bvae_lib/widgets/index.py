"""The trait that says which entry of its list a widget shows."""

import traitlets

from .._runtime.arguments import whole_number


class Index(traitlets.TraitType):
    """Number of an entry of the widget's list ``of``, from 0 on: a whole number of Python, NumPy or PyTorch.

    Args:
        of: name of the trait that holds the list.

    Raises:
        ValueError: for what is no such number, whenever it is set.
    """

    default_value = 0

    def __init__(self, of: str):
        super().__init__()
        self.of = of

    def validate(self, widget: traitlets.HasTraits, value: object) -> int:
        """Return ``value`` as an int."""
        return whole_number("index", value, least=0, most=len(getattr(widget, self.of)) - 1)
