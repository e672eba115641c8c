"""CUDA graphs: the operations of a block of steps are recorded once, and then launched all together.

A small network has 15 to 80 operations in a step. Each costs the host some microseconds to launch, more than the GPU to
carry it out; a graph of all of them is launched by one call.

A recording is a list of operations on fixed addresses. So these rules hold for what is recorded, that is for ``Stepper`` and
the layers: nothing is read on the host (no ``.item()``, no ``if`` on a tensor), nothing is copied from the host, no shape
depends on values, and what differs from step to step comes in tensors: batches, factors of dropout, learning rates, bias
corrections. Weights, buffers and what the optimizer remembers are changed in place. ``tests/training/test_cuda_graphs.py``
holds these rules on a pretended device.

References:
    Documentation of PyTorch, "CUDA semantics", section "CUDA Graphs".
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mlpexp.training.lack_of_memory import is_lack_of_memory
from mlpexp.training.step_block import StepBlock

Take = Callable[[StepBlock], Tensor | None]
CANNOT = "training.cuda_graph: steps cannot be recorded here, and go on one by one; set it to off ({reason})"


class Recording:
    """The steps of blocks of one shape as one CUDA graph.

    Args:
        take: Takes the steps, and has done so on this stream for a block of this shape: libraries are set up then.
        block: The first block.
        stream: Where operations are recorded; none runs.
        pool: The memory of what is computed, shared with other recordings that never run at the same time.

    Raises:
        RuntimeError: This card or this torch cannot record the steps, or there is not enough memory for them.
    """

    def __init__(self, take: Take, block: StepBlock, stream: torch.cuda.Stream, pool: Any) -> None:
        self.block = block.copy()
        self.graph = torch.cuda.CUDAGraph()
        current = torch.cuda.stream(torch.cuda.current_stream(stream.device))  # again, also if the recording fails
        with current, torch.cuda.graph(self.graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
            self.outputs = take(self.block)

    def __call__(self, block: StepBlock) -> Tensor | None:
        """Takes the steps of a block; the outputs are overwritten by the next one."""
        for mine, given in zip(self.block.tensors, block.tensors, strict=True):
            mine.copy_(given)
        self.graph.replay()
        return self.outputs


class RecordedSteps:
    """Takes blocks of steps by recordings, one for each shape of a block (the last batch of an epoch is smaller).

    When members leave, tensors are others and recordings start anew. A recording costs about as much as ``EAGER_STEPS``
    steps save, so that no more than twice the best time is lost if members leave again soon. Steps that cannot be recorded
    are taken one by one from then on: a recording carries nothing out, so that nothing has changed.

    Args:
        take: Takes the steps of a block one by one.
        device: A CUDA device.
    """

    EAGER_STEPS = 200
    most_steps = 32
    """The longest block: a recording of 2,500 operations at most."""

    def __init__(self, take: Take, device: torch.device) -> None:
        self.take, self.taken, self.seen = take, 0, set[tuple[int, int]]()
        self.note = ""
        self.stream, self.pool = torch.cuda.Stream(device), torch.cuda.graph_pool_handle()
        self.recordings: dict[tuple[int, int], Recording] = {}

    def __call__(self, block: StepBlock) -> Tensor | None:
        """As every ``StepsAtOnce``."""
        recording = self.recordings.get(block.shape)
        if recording is None:
            recording = self._recorded(block)
        return self._one_by_one(block) if recording is None else recording(block)

    def _recorded(self, block: StepBlock) -> Recording | None:
        """A new recording; None before it is worth it, and where it is not possible."""
        if self.note or self.taken < self.EAGER_STEPS or block.shape not in self.seen:
            return None
        try:
            recording = self.recordings[block.shape] = Recording(self.take, block, self.stream, self.pool)
        except RuntimeError as error:
            if is_lack_of_memory(error):
                raise
            self.note = CANNOT.format(reason=str(error).partition("\n")[0])
            return None
        return recording

    def _one_by_one(self, block: StepBlock) -> Tensor | None:
        """On the stream of the recordings, whose libraries need to be set up before."""
        self.seen.add(block.shape)
        self.taken += len(block)
        self.stream.wait_stream(torch.cuda.current_stream(self.stream.device))
        with torch.cuda.stream(self.stream):
            outputs = self.take(block)
        torch.cuda.current_stream(self.stream.device).wait_stream(self.stream)
        return outputs
