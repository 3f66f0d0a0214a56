"""Where unfinished work is kept. This one forgets; `lossland.workflow.store.DiskJournal` survives a kill."""

import torch


class Journal:
    """Named tensors of unfinished work, one journal for each part of a job."""

    def part(self, kind: str) -> "Journal":
        """The journal of the next part of this kind: the second training of a job finds the second's work."""
        return self

    def load(self) -> dict[str, torch.Tensor] | None:
        """What `save` kept last, or None."""
        return None

    def due(self) -> bool:
        """Whether it is time to save."""
        return False

    def save(self, state: dict[str, torch.Tensor]):
        """Keep `state` in place of what was kept before, all of it or nothing."""

    def rows(self, n: int, width: int, dtype=torch.float32) -> torch.Tensor:
        """A tensor [n width] whose rows stay written: zeros at first, on disk where there is one."""
        return torch.zeros(n, width, dtype=dtype)
