"""Every address of the console."""

from django.urls import path

from gpuconsole.health import healthz

urlpatterns = [path("healthz/", healthz, name="healthz")]
