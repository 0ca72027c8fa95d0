"""The refusals that AWS has and moto lacks, a file per area.

Every rule is asserted once in `selftest.py`. Rules only ever say no, or add what AWS would create by itself (such as
network interfaces of load balancers); a rule that is more lenient than AWS has no place here.
"""

from . import compute, databases, delivery, identity, network, operations, stacks, storage  # noqa: F401
from .registry import need
from .settings import Settings
from .storage import check_bucket_region


def check_request(call, request):
    """What must be refused before moto sees the request."""
    if call.service == "s3":
        check_bucket_region(call, request)


__all__ = ["Settings", "check_request", "need"]
