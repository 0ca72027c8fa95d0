"""Short pages for the tool under test, wherever moto pages at all: what does not read on finds a part and is caught.

Scripts that make and count resources are left alone. Which calls were answered in part is in the call log.
"""

import threading

from moto.utilities import paginator

# By this the tool's calls are told from others.
TOOL = "lib/aws-cleaner"

# Lists that moto means to page, and never gets beyond the first page of.
BROKEN = {
    ("cloudfront", "ListOriginAccessControls"): "does not read the marker",
    ("ds", "ListLogSubscriptions"): "has nothing to make tokens of",
    ("iot", "ListJobs"): "makes all tokens of an attribute that jobs lack",
    ("rds", "DescribeBlueGreenDeployments"): "does not know the marker",
    ("sagemaker", "ListDataQualityJobDefinitions"): "makes tokens of what summaries lack",
    ("sagemaker", "ListModelBiasJobDefinitions"): "makes tokens of what summaries lack",
    ("vpc-lattice", "ListServiceNetworks"): "reads a parameter that does not exist",
}

_call = threading.local()


def install():
    """Puts the limit in place."""
    begin, cut = paginator.Paginator.__init__, paginator.Paginator.paginate

    def limited(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        most = getattr(_call, "most", None)
        if most and self._max_results:
            self._max_results = min(int(self._max_results), most)

    def noted(self, results):
        page, token = cut(self, results)
        _call.goes_on = token is not None
        return page, token

    paginator.Paginator.__init__ = limited
    paginator.Paginator.paginate = noted


def begin(call, request, page_size):
    """A call begins: of the tool, it gets pages of this size, or longer ones if there is none."""
    if (call.service, call.operation) in BROKEN:
        page_size = None
    agents = (value for name, value in request.headers if name.endswith("user-agent"))
    _call.most = page_size if any(TOOL in agent for agent in agents) else None
    _call.goes_on = False


def goes_on():
    """Whether the call was answered in part."""
    return getattr(_call, "goes_on", False)
