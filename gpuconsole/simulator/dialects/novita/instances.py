"""A Novita instance: its setup, its life and its price."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.novita import bill, life
from gpuconsole.simulator.dialects.novita.catalogue import PRICE_UNIT, Product
from gpuconsole.simulator.dialects.novita.life import Act
from gpuconsole.simulator.dialects.novita.plan import Plan, is_pullable, plan
from gpuconsole.simulator.dialects.novita.setup import Setup
from gpuconsole.simulator.dialects.novita.subscriptions import Subscription
from gpuconsole.simulator.failures import FAILS_AFTER_S, PULL
from gpuconsole.simulator.world import Resource, World, chance

REMEMBERED_S = 30  # nominal; a removed instance is shown that much longer (assumed)
GUARANTEED_S, NOTICE_S, RECLAIM_S = 3600, 3600, 60  # nominal; a spot instance's safe hour, its notice, its end
EDIT_S = 45  # nominal; "within about a minute"


class Instance(Resource):
    """One instance. Statuses are the provider's own words."""

    provider = "novita"
    currency = "USD"
    unknown_status = "rebalancing"
    kept = (*Resource.kept, "password", "ssh_port", "hourly_usd", "auto_migrate", "edited_at")

    def __init__(self, world: World, resource_id: str, setup: Setup, create_body: Any) -> None:
        super().__init__(world, resource_id, setup.name, create_body)
        self.setup = setup
        self.acts: list[Act] = []
        self.disks: list[tuple[float, int]] = []  # since when the container disk has had how many GB
        self.password = world.make_id(16)
        self.ssh_port = 30000 + int(chance(resource_id, "ssh") * 2700)
        self.hourly_usd = str(setup.hourly_usd)  # the price of its birth, while it is not prepaid
        self._subscription: Subscription | None = None
        self.auto_migrate = False
        self.edited_at: float | None = None
        self._stretch: tuple[list[Act], float, float, life.Steps] = ([], 0.0, 0.0, [])

    @classmethod
    def born(cls, world: World, resource_id: str, setup: Setup, create_body: Any) -> "Instance":
        """A new instance, its subscription paid if it has one."""
        instance = cls(world, resource_id, setup, create_body)
        instance.disks.append((instance.created_at, setup.rootfs_gb))
        instance.act("create")
        if setup.months:
            instance.prepay(setup.months)
            instance.renew_by_itself(setup.auto_renew_months)
        return instance

    def memory(self) -> dict[str, Any]:
        """What must be kept over a restart."""
        return {
            **super().memory(),
            "setup": asdict(self.setup),
            "acts": [asdict(act) for act in self.acts],
            "disks": [list(disk) for disk in self.disks],
            "subscription": asdict(self._subscription) if self._subscription else None,
        }

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Instance":
        """The instance of which `memory` tells."""
        instance = cls(world, memory["id"], Setup(**memory["setup"]), memory["create_body"])
        instance.recall(memory)
        instance.acts = [Act(**act) for act in memory["acts"]]
        instance.disks = [(since, size_gb) for since, size_gb in memory["disks"]]
        paid = memory["subscription"]
        instance._subscription = Subscription.recalled(paid) if paid else None
        return instance

    @property
    def gpus(self) -> int:
        """GPUs asked for."""
        return self.setup.gpu_num

    @property
    def plan(self) -> Plan:
        """What its container does."""
        if self.failure and self.failure.stage == PULL:
            return Plan()
        if self.failure:
            return Plan(FAILS_AFTER_S, self.failure.exit_code)
        return plan(self.setup.command or self.setup.entrypoint)

    def act(self, kind: str) -> None:
        """Begin a course; what a zombie's owner does to end it is accepted and has no effect."""
        if kind in ("stop", "delete") and self.refuses_to_end():
            return
        acts = self._acts(self.world.now()) if self.acts else []
        self.acts = [*acts, self._act(kind, self.world.now())]

    def _act(self, kind: str, at: float) -> Act:
        luck = chance(self.id, "pull", len(self.acts))
        can_pull = is_pullable(self.setup.image_url) and not (self.failure and self.failure.stage == PULL)
        return Act.of(kind, at, luck, can_pull, self.plan)

    def _acts(self, now: float) -> list[Act]:
        """All that was done to it, also by the platform: what runs ends with its subscription, or with its spot."""
        reclaim_at, paid = self._reclaim_at(now), self.subscription_at(now)
        if reclaim_at is not None and now >= reclaim_at + self.span(RECLAIM_S):
            return [*self.acts, self._act("reclaim", round(reclaim_at + self.span(RECLAIM_S), 3))]
        if paid is None or not self.acts[-1].at < paid.until <= now:
            return self.acts
        was_running = life.steps(self.acts, self.speed, paid.until)[-1][1] == life.RUNNING
        return [*self.acts, self._act("expire", paid.until)] if was_running else self.acts

    def change(self, **changes: Any) -> None:
        """Change settings; a bigger container disk is paid for from now on."""
        self.setup = replace(self.setup, **changes)
        if "rootfs_gb" in changes:
            self.disks.append((self.world.now(), self.setup.rootfs_gb))

    def edit(self, **changes: Any) -> None:
        """Change ports or disk while it runs: that takes effect a while later."""
        self.change(**changes)
        self.edited_at = self.world.now()

    def is_settled(self, now: float) -> bool:
        """Whether the last edit has taken effect."""
        return self.edited_at is None or now >= self.edited_at + self.span(EDIT_S)

    def prepay(self, months: int) -> None:
        """Buy months, or more of them."""
        now, usd, paid = self.world.now(), self._term_usd(months), self.subscription_at(self.world.now())
        self.acts = self._acts(now)
        self._subscription = paid.longer(now, months, usd) if paid else Subscription.bought(now, months, usd)
        self.setup = replace(self.setup, billing_mode="monthly", months=self._subscription.months)

    def renew_by_itself(self, months: int) -> None:
        """Let the subscription renew itself by so many months at a time, or no more where they are 0."""
        if self._subscription:
            self.acts = self._acts(self.world.now())
            self._subscription = self._subscription.renewing(self.world.now(), months, self._term_usd(months))
        self.setup = replace(self.setup, auto_renew=bool(months), auto_renew_months=months)

    def subscription_at(self, now: float) -> Subscription | None:
        """Its subscription with all renewals until now, if it ever had one."""
        return self._subscription.at(now) if self._subscription else None

    def _term_usd(self, months: int) -> Decimal:
        product = self.setup.product
        if not months or not isinstance(product, Product):
            return Decimal(0)
        return product.term_price(months) * PRICE_UNIT * self.gpus

    def steps(self, now: float) -> life.Steps:
        """The statuses it has been through, with the moments they began.

        Reckoned once for each stretch in which nothing changes, but where a subscription or the spot market may end it.
        """
        if self._subscription is not None or self.setup.billing_mode == "spot":
            return life.steps(self._acts(now), self.speed, now)
        acts, since, until, found = self._stretch
        if acts is not self.acts or not since <= now < until:
            found = life.steps(self.acts, self.speed, now)
            self._stretch = self.acts, found[-1][0], life.next_after(self.acts, self.speed, now), found
        return found

    def history(self, now: float) -> list[tuple[float, str]]:
        """The statuses that it has been through."""
        return self.steps(now)

    def stir(self) -> bool:
        """Restart it."""
        if self.state(self.world.now()) != life.RUNNING:
            return False
        self.act("restart")
        return True

    def state(self, now: float) -> str:
        """The present status."""
        return self.steps(now)[-1][1]

    def since(self, status: str, now: float) -> float | None:
        """When it last came into a status, if it did."""
        return next((moment for moment, entered in reversed(self.steps(now)) if entered == status), None)

    def removed_at(self, now: float) -> float | None:
        """When it was removed, if it is."""
        moment, status = self.steps(now)[-1]
        return moment if status == life.REMOVED else None

    def is_forgotten(self, now: float) -> bool:
        """Whether it was removed so long ago that its id is unknown."""
        removed_at = self.removed_at(now)
        return removed_at is not None and now >= removed_at + self.span(REMEMBERED_S)

    def ended_at(self, now: float) -> float | None:
        """When it came to rest or was removed."""
        moment, status = self.steps(now)[-1]
        return moment if status in (life.EXITED, life.REMOVED) else None

    def spot_status(self, now: float) -> tuple[str, str]:
        """Its spot word and the moment its reclaim began, as text; empty and 0 where it is no spot instance."""
        if self.setup.billing_mode != "spot":
            return "", "0"
        last, reclaim_at = self._acts(now)[-1], self._reclaim_at(now)
        if last.kind == "reclaim":
            return "terminated", str(int(last.at - self.span(RECLAIM_S)))
        if reclaim_at is None or now < reclaim_at - self.span(NOTICE_S):
            return "running", "0"
        return ("notified", "0") if now < reclaim_at else ("reclaiming", str(int(reclaim_at)))

    def _reclaim_at(self, now: float) -> float | None:
        """When the platform begins to take it back: after its safe hour, some more luck and an hour of notice."""
        if self.setup.billing_mode != "spot":
            return None
        last = life.steps(self.acts, self.speed, now)[-1]
        if last[1] != life.RUNNING:
            return None
        lucky_s = 3600 * (1 + 4 * chance(self.id, "spot", len(self.acts)))
        return last[0] + self.span(GUARANTEED_S + lucky_s + NOTICE_S)

    def billed_s(self, now: float) -> Decimal:
        """Seconds from `pulling` on in which its GPUs were held."""
        spans = life.billed(self.steps(now))
        return Decimal(str(round(sum((now if end is None else end) - began for began, end in spans), 3)))

    def charges(self, now: float) -> list[Charge]:
        """GPU time by the second or what a subscription cost, and its disks, at rest too."""
        return bill.charges(self, self.steps(now), now)

    @property
    def disk_usd_per_hour(self) -> Decimal:
        """USD an hour for its disks as they are now."""
        return bill.paid_gb(self.setup, self.setup.rootfs_gb) * bill.DISK_USD_PER_GB_DAY / 24

    def as_row(self, now: float) -> dict[str, Any]:
        """How the control surface shows it: a removed one as deleted."""
        row, removed_at = super().as_row(now), self.removed_at(now)
        return row if removed_at is None else {**row, "state": "deleted", "deleted_at": iso(removed_at)}
