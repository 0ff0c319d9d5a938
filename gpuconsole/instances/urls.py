"""Addresses of instances."""

from gpuconsole.instances.pages import WORDS
from gpuconsole.workloads.kind_urls import urls

app_name = "instances"
urlpatterns = urls(WORDS)
