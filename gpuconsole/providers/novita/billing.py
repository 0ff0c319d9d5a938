"""How a Novita instance is paid for."""

from typing import Annotated, Literal

from pydantic import Field

from gpuconsole.providers.novita.fields import DOCS
from gpuconsole.providers.ui import Listed, Ui, Widget
from gpuconsole.providers.words import gettext_noop

_MONTHLY = ("billingMode", ("monthly",))
_BILLING = (
    Listed("onDemand", gettext_noop("On demand")),
    Listed("monthly", gettext_noop("Monthly")),
    Listed("spot", gettext_noop("Spot")),
)

Mode = Annotated[
    Literal["onDemand", "monthly", "spot"],
    Field(
        title=gettext_noop("Billing"),
        description=gettext_noop("On demand by the second, by the month ahead, or spot, which may be taken back."),
        examples=["spot"],
    ),
    Ui(group="Billing", widget=Widget.RADIO, listed=_BILLING, width=12, source=DOCS),
]
Months = Annotated[
    int,
    Field(
        title=gettext_noop("Subscription"),
        description=gettext_noop("Paid ahead; it cannot be ended early."),
        ge=0,
        examples=[1],
    ),
    Ui(group="Billing", unit=gettext_noop("month"), width=4, show_when=_MONTHLY, source=DOCS),
]
Renews = Annotated[
    bool,
    Field(title=gettext_noop("Renew by itself"), description=gettext_noop("Goes on with the subscription at its end.")),
    Ui(group="Billing", widget=Widget.SWITCH, width=4, show_when=_MONTHLY, source=DOCS),
]
RenewedMonths = Annotated[
    int | None,
    Field(
        title=gettext_noop("Renew for"),
        description=gettext_noop("Length of each renewal."),
        ge=1,
        le=12,
        examples=[1],
    ),
    Ui(group="Billing", unit=gettext_noop("month"), width=4, show_when=("autoRenew", ("true",)), source=DOCS),
]
