"""Django's settings, made from the environment alone."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from gpuconsole import env

ENV = env.read()
BASE_DIR = env.BASE

# The console

SITE_URL = ENV.url
SIMULATOR_URL = ENV.simulator_url
ALLOWED_BASE_URLS = list(ENV.allowed_base_urls)
ALLOWED_WEBHOOKS = list(ENV.allowed_webhooks)
GPUCONSOLE_KEY_FILE = ENV.key_file
REDIS_URL = ENV.redis_url
TRUSTED_PROXIES = ENV.trusted_proxies

# Django

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key  # empty: Django refuses to sign anything and says so
ALLOWED_HOSTS = list(ENV.hosts)
ROOT_URLCONF = "gpuconsole.urls"
WSGI_APPLICATION = "gpuconsole.wsgi.application"
INSTALLED_APPS = [
    "gpuconsole.jobs",
    "gpuconsole.instances",
    "gpuconsole.dashboard",
    "gpuconsole.sync",
    "gpuconsole.spend",
    "gpuconsole.notify",
    "gpuconsole.inventory",
    "gpuconsole.workloads",
    "gpuconsole.catalog",
    "gpuconsole.connections",
    "gpuconsole.projects",
    "gpuconsole.audit",
    "gpuconsole.accounts",
    "gpuconsole.core",
    "django.contrib.admin",
    "django.contrib.humanize",  # allauth's page of security keys reads its tags
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "ninja",
]
MIDDLEWARE = [
    "gpuconsole.core.middleware.light_unchanged",
    "gpuconsole.core.middleware.request_origin",
    "gpuconsole.core.middleware.readable_query",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gpuconsole.core.middleware.reader_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gpuconsole.dashboard.context.shell",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]
LANGUAGE_CODE = ENV.language
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Mail: invitations, forgotten passwords, digests; without a server each becomes a file in the data folder

_MAIL = urlsplit(ENV.email_url)
EMAIL_BACKEND = f"{'django.core.mail.backends.smtp' if _MAIL.hostname else 'gpuconsole.core.mail_files'}.EmailBackend"
EMAIL_FILE_PATH = ENV.data / "mail"
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = _MAIL.scheme == "smtp" and _MAIL.username is not None  # a password never travels in the clear
EMAIL_PORT = _MAIL.port or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = parse_qs(_MAIL.query).get("from", ["gpuconsole@localhost"])[0]

# PostgreSQL and Redis


def _database(url: str) -> dict[str, Any]:
    """Django's words for a `postgresql://` URL; `?host=` may name the folder of a unix socket."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "gpuconsole",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or (parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,  # else each connection answers one 500 after the database was restarted
        # A process that was suspended within a transaction does not keep its locks from those that end work.
        # Threads share few connections: Celery closes after each task what it would otherwise keep. A try to reconnect
        # is soon given up for a fresh one: each waits twice as long as the one before, up to minutes after the server
        # is back.
        "OPTIONS": {"options": "-c idle_in_transaction_session_timeout=30s"}
        | query
        | {"pool": {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 5}},
    }


DATABASES = {"default": _database(ENV.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "gpuconsole",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},  # a page goes on without a server that hangs
    }
}

# Signing in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

ACCOUNT_ADAPTER = "gpuconsole.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account begins with an invitation link
ACCOUNT_SESSION_REMEMBER = None  # the person is asked at sign-in
ACCOUNT_RATE_LIMITS = {"login_failed": ""}  # django-axes counts failures
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "gpuconsole.accounts.lockout.typed_email"
AXES_CLIENT_IP_CALLABLE = "gpuconsole.core.middleware.client_ip"
AXES_VERBOSE = False

# What browsers are told

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "report-uri": ["/csp-report/"],
    }
}
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if ENV.https:  # a proxy ends TLS and sets this header on every request
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gpuconsole.static_files.Storage"},
}

# For how many seconds a page's foot may tell what the month has cost; the figure itself is summed up every twenty

MONTH_KEPT_S = 10

# Launch requests: how long one waits for an admin, and holds its money meanwhile

LAUNCH_REQUEST_WAITS = timedelta(hours=72)

# Celery: messages only wake, so losing one costs a second and repeating one costs nothing

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the default gives up after most of an hour
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # A tick that finds no free worker within two seconds is dropped: the next one does the same work.
    "tick": {"task": "sync.tick", "schedule": 1.0, "options": {"expires": 2}},
    "costs": {"task": "spend.roll_up", "schedule": 20.0, "options": {"expires": 20}},
    "requests": {"task": "sync.request_mails", "schedule": 5.0, "options": {"expires": 5}},
    "digests": {"task": "spend.digests", "schedule": 300.0, "options": {"expires": 300}},
    "messages": {"task": "notify.send", "schedule": 5.0, "options": {"expires": 5}},
    "forget": {"task": "sync.forget", "schedule": 600.0, "options": {"expires": 600}},
    "alerts": {"task": "sync.alerts", "schedule": 60.0, "options": {"expires": 60}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "gpuconsole.logs.Formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},  # else two lines for each of 86,400 ticks a day
        "celery.worker.strategy": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
