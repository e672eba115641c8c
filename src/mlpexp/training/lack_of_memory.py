"""Which errors mean that less work at a time would have helped."""

import torch

OF_ALLOCATORS = ("DefaultCPUAllocator", "STATUS_ALLOC_FAILED", "CUDA error: out of memory")


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether less work at a time would have helped; of torch's own allocators and of cuDNN only the words tell."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in OF_ALLOCATORS)
