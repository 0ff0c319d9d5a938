"""The regions of OTOY: coarse network regions that borrow the naming of AWS and say nothing about AWS (seed)."""

from typing import Literal, TypeAlias, get_args

from gpuconsole.providers.ui import Listed

Region: TypeAlias = Literal[
    "ca-central-1",
    "ca-west-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "cn-north-1",
    "cn-northwest-1",
    "af-south-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
]
REGIONS: tuple[str, ...] = get_args(Region)
_GROUPS = {
    "Americas": ("ca", "mx", "sa", "us"),
    "Europe": ("eu",),
    "Asia Pacific": ("ap",),
    "Other": ("cn", "af", "il", "me"),
}


def group(region: str) -> str:
    """The heading that a region stands under."""
    area = region.partition("-")[0]
    return next((name for name, areas in _GROUPS.items() if area in areas), "Other")


LISTED = tuple(Listed(region, region, group=group(region)) for region in REGIONS)
