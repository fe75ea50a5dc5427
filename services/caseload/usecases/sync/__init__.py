"""Work without signal: what a device sends is applied once, and whatever people have to settle waits for them."""

from services.caseload.usecases.sync.push import push

__all__ = ["push"]
