"""What an instance is to its user."""

from django.apps import AppConfig


class InstancesConfig(AppConfig):
    name = "gpuconsole.instances"
    label = "instances"
