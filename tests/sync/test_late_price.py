"""Launches made before the catalogue was read: priced when the provider answers, before anything is billed."""

from decimal import Decimal

from gpuconsole.catalog.models import Offer
from gpuconsole.catalog.refresh import refresh
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.sync.bench import INSTANCE, Engine


def unpriced(engine: Engine) -> Workload:
    """An instance whose hardware had no price yet."""
    engine.connect("cortecs")
    Offer.objects.all().delete()
    instance = engine.launch(INSTANCE, stop_after_s=3600)
    assert instance.hourly_price is None
    return instance


def test_a_launch_before_the_prices_were_known_is_priced_when_it_is_accepted(engine: Engine) -> None:
    instance = unpriced(engine)
    refresh(engine.connect("cortecs"))
    engine.sync("cortecs")
    assert engine.fresh(instance).hourly_price is not None
    assert instance.reserved == instance.hourly_price
    assert (instance.currency, instance.gpu_model, instance.gpu_count) == ("EUR", "L4", 2)
    assert instance.price_seen_at is not None
    assert any(text.startswith("Priced at €") for text in engine.texts(instance))
    engine.pass_time(400)
    engine.sync("cortecs")
    assert instance.usage.get().hourly_price == instance.hourly_price


def test_a_launch_without_any_price_stays_without_one(engine: Engine) -> None:
    instance = unpriced(engine)
    engine.sync("cortecs")
    assert engine.fresh(instance).state == State.STARTING
    assert instance.hourly_price is None
    assert not any(text.startswith("Priced") for text in engine.texts(instance))


def test_a_known_price_is_never_changed(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    Offer.objects.update(hourly_price=Decimal(99))
    engine.sync("cortecs")
    assert engine.fresh(instance).hourly_price not in (None, Decimal(99))
    assert not any(text.startswith("Priced") for text in engine.texts(instance))
