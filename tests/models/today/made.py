"""What a maker gives: a model's file, what goes in, and what is to come out."""

import dataclasses
import pathlib
from typing import Optional

import numpy as np


@dataclasses.dataclass
class Made:
    """inputs: by name, with an axis of samples in front; expected: likewise, in the model's order, by
    another runtime (reference says which). An output may be wrong by atol + rtol * |expected|;
    accuracy: of the samples whose labels are known, so many at least are to be right."""

    path: pathlib.Path
    inputs: dict
    expected: list
    reference: str
    rtol: float = 1e-4
    atol: float = 1e-5
    labels: Optional[np.ndarray] = None
    accuracy: float = 0.0

    def check(self, outputs):
        """Compares what a board gave, a list; returns (accuracy or None, largest difference)."""
        assert len(outputs) == len(self.expected), f"{len(outputs)} outputs"
        largest = 0.0
        for index, (got, want) in enumerate(zip(outputs, self.expected)):
            assert got.dtype == want.dtype, f"output {index}: {got.dtype}, want {want.dtype}"
            got, want = got.reshape(want.shape).astype("float64"), want.astype("float64")
            why = f"output {index}, against {self.reference}"
            np.testing.assert_allclose(got, want, rtol=self.rtol, atol=self.atol, err_msg=why)
            largest = max(largest, float(np.abs(got - want).max()))
        if self.labels is None:
            return None, largest
        said = outputs[0].reshape(len(self.labels), -1).argmax(axis=1)
        right = float((said == self.labels).mean())
        assert right >= self.accuracy, f"{right:.0%} right, want {self.accuracy:.0%}"
        return right, largest
