"""Django's ``makemessages``, which finds our counts with their nouns too."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Collects the texts to translate; ``formats.plural(3, "job", "jobs")`` holds two forms of one."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=plural:2,3"]
