"""A person who signs in with an e-mail address."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

ASK_FIRST = "ask_first_above"
"""In the preferences."""


class UserManager(BaseUserManager["User"]):
    """Makes users; addresses are kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new user; without a password nobody can sign in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may use the Django admin; for ``manage.py createsuperuser``."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of an address, however it is written."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One account; what a user may do stands in memberships, not here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=50, default="UTC")
    preferences = models.JSONField(default=dict, blank=True)
    """Choices about looks and habits: theme (light, dark, system), timeline scale, ``ASK_FIRST`` in money, columns of
    lists, keys ("off": no single ones)."""
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def display_name(self) -> str:
        """The name, or the address where no name was given."""
        return self.name or self.email

    @property
    def has_keys(self) -> bool:
        """Whether single keys are shortcuts."""
        return str(self.preferences.get("keys")) != "off"

    @property
    def ask_first_above(self) -> Decimal | None:
        """What a launch may cost before this person is asked once more, in the team's currency; None: not set."""
        said = self.preferences.get(ASK_FIRST)
        return None if said in (None, "") else Decimal(str(said))

    def get_full_name(self) -> str:
        """For Django's own pages."""
        return self.display_name

    def get_short_name(self) -> str:
        """For Django's own pages."""
        return self.display_name.split("@")[0].split(" ")[0]
