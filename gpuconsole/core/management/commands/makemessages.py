"""Django's ``makemessages``, which finds our counts with their nouns and what providers declare, too."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Collects the texts to translate.

    ``formats.plural(3, "job", "jobs")`` and ``Counted("{number} job", "{number} jobs", 3)`` hold two forms of one;
    ``Sentence("At most {most}.", most=8)``, ``problem("Required.", "name")`` and ``wrong("Must be text.")`` hold one.
    """

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        *("--keyword=plural:2,3", "--keyword=Counted:1,2"),
        *("--keyword=Sentence", "--keyword=problem", "--keyword=wrong"),
    ]
