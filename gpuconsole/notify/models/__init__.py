"""What the database holds about messages."""

from gpuconsole.notify.models.news import News
from gpuconsole.notify.models.notice import Notice
from gpuconsole.notify.models.webhook import Delivery, Webhook

__all__ = ["Delivery", "News", "Notice", "Webhook"]
