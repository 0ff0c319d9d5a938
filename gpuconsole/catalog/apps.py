"""What providers offer: hardware with prices, and the choices for form fields."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CatalogConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.catalog"
    label = "catalog"
    verbose_name = gettext_lazy("Catalog")
