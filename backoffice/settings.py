"""All settings, in one file, driven by environment variables (docs/operations.md lists them).

Without any, Anteroom runs embedded: SQLite and a broker made of files, both under ``ANTEROOM_STATE_DIR``. A broker
(``BROKER_URL`` or ``REDIS_URL``) makes it a production: then ``SECRET_KEY`` and ``ALLOWED_HOSTS`` must be given, and
cookies and redirects insist on HTTPS.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import secrets
import sys
import tempfile
import warnings
from datetime import timedelta
from pathlib import Path

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backoffice.dashboard.admin_site import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.prefix = ""

# Where things live

STATE_DIR = Path(env.str("ANTEROOM_STATE_DIR", default=str(BASE_DIR / ".anteroom"))).resolve()
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_URL = env.str("BROKER_URL", default=REDIS_URL)
EMBEDDED = not BROKER_URL
DEBUG = env.bool("DEBUG", default=False)
SECURE = not (DEBUG or EMBEDDED)


def _kept_secret(path: Path) -> str:
    """The secret in the file, which is made on first use. Processes that start together agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # readable by its owner only
            draft.write(secrets.token_urlsafe(64))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("Set SECRET_KEY to a long random text; it signs sessions.")
    SECRET_KEY = _kept_secret(STATE_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# The application

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    # Of allauth only the second factor is used; it cannot do without its accounts, whose pages are not ours.
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_structlog",
    "django_prometheus",
    "axes",
    "csp",
    "django_htmx",
    "django_tables2",
    "crispy_forms",
    "crispy_bootstrap5",
    "bootstrap",
    "import_export",
    "backoffice.core",
    "inventory",
    "orders",
    "routing",
    "backoffice.dashboard",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.core.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backoffice.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backoffice.core.middleware.RequestLogMiddleware",
    "backoffice.core.middleware.ActorMiddleware",
    "backoffice.core.middleware.ReaderMiddleware",
    "backoffice.core.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
ASGI_APPLICATION = "backoffice.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "backoffice.dashboard.navigation.navigation",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "core/partials/table.html"

# Databases and caches


def _database() -> dict[str, object]:
    """SQLite takes the write lock when a transaction begins: one that reads first could not get it later. PostgreSQL
    compiles nothing (JIT): that takes longer than any of our queries, and begins where it takes tables for larger than
    they are.
    """
    config = env.db_url("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'anteroom.sqlite3'}")
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        Path(config["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        options |= {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        return config
    options.setdefault("connect_timeout", 5)
    options.setdefault("options", "-c jit=off")
    pool_size = env.int("DATABASE_POOL_SIZE", default=0)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    else:
        config |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return config


DATABASES = {"default": _database()}

CACHES: dict[str, dict[str, object]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "anteroom",
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Who may come in

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=10)
# Whether people who sign in with a password alone must set up a second factor before they go on.
LOGIN_MFA_REQUIRED = env.bool("LOGIN_MFA_REQUIRED", default=False)
# Seconds for which a link to set a password is good.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

MFA_ADAPTER = "backoffice.core.mfa.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Anteroom"
MFA_TOTP_TOLERANCE = 1  # codes of the half minutes before and after are good, too: clocks differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators vouch for addresses
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Wrong codes of one account, wherever they come from.
ACCOUNT_RATE_LIMITS = {"login_failed": f"{AXES_FAILURE_LIMIT}/15m/key"}

AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# What authenticate() and the login form call it; axes would look for the name of the model's field.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "backoffice.core.lockout.account"
AXES_LOCKOUT_CALLABLE = "backoffice.core.api.fallbacks.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "code",
    "old_password",
    "new_password1",
    "new_password2",
]
AXES_VERBOSE = False
# How many reverse proxies of ours stand in front; their X-Forwarded-For and X-Forwarded-Proto are then believed.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if PROXY_COUNT else ["REMOTE_ADDR"]
)

KNOX_TOKEN_MODEL = "core.ApiToken"  # noqa: S105 - the name of a model
# Ours replaces knox's own table; left to its migrations that one would exist, unused, and keep tests from a flush.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": timedelta(days=365), "TOKEN_PREFIX": "antr_"}

# Browsers

if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "backoffice.core.sessions"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "backoffice.core.api.fallbacks.csrf_failure"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
# The admin's theme evaluates expressions in attributes and sets styles inline.
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if SECURE
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not SECURE
if WHITENOISE_USE_FINDERS:  # nothing needs to be collected
    warnings.filterwarnings("ignore", "No directory at", UserWarning)
MEDIA_ROOT = STATE_DIR / "media"

# Language and time

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["backoffice.formats"]

LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# Mail

# Such as smtp+tls://user:password@mail.example.org:587; without, nothing is mailed.
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(environ.Env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or "anteroom@localhost"

# The API

# Requests that one token may make in a window of so many seconds; 0 is without limit.
API_RATE_LIMIT = env.int("API_RATE_LIMIT", default=0 if EMBEDDED else 6000)
API_RATE_WINDOW = env.int("API_RATE_WINDOW", default=60)
if API_RATE_LIMIT < 0 or API_RATE_WINDOW < 1:
    raise ImproperlyConfigured("API_RATE_LIMIT is a number of requests, API_RATE_WINDOW one of seconds.")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backoffice.core.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backoffice.core.api.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_THROTTLE_CLASSES": ["backoffice.core.api.throttling.TokenThrottle"],
    "DEFAULT_SCHEMA_CLASS": "backoffice.core.api.schema.PathSchema",
    "EXCEPTION_HANDLER": "backoffice.core.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Anteroom",
    "DESCRIPTION": "The back office for orders that cannot ship yet.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/(api|v1)",
    "SCHEMA_COERCE_PATH_PK": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    # What base classes are for is no client's business.
    "GET_LIB_DOC_EXCLUDES": "backoffice.dashboard.apidocs.silent_bases",
    "COMPONENT_SPLIT_REQUEST": True,
    # What a PATCH requires is said by its body's own serializer.
    "COMPONENT_SPLIT_PATCH": False,
    # Enums stay where they are used: made into components, those that share a field's name would get made-up ones.
    "POSTPROCESSING_HOOKS": [
        "backoffice.core.api.schema.tell_of_words_that_are_no_ids",
        "backoffice.dashboard.apidocs.add_examples",
    ],
    # Refusals are arrays, too.
    "ENABLE_LIST_MECHANICS_ON_NON_2XX": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Work in the background

ANTEROOM_NUDGES = env.str("ANTEROOM_NUDGES", default="thread")
ANTEROOM_TRIGGER_LEASE_SECONDS = env.int("ANTEROOM_TRIGGER_LEASE_SECONDS", default=30)
ANTEROOM_HEARTBEAT_SECONDS = env.int("ANTEROOM_HEARTBEAT_SECONDS", default=10)

# What orders are paid with

PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", default="ledger")
# Whether an operation in the ledger is done only when the system that does payments has reported it.
PAYMENT_LEDGER_CONFIRMS = env.bool("PAYMENT_LEDGER_CONFIRMS", default=False)
PAYMENT_GATEWAY_URL = env.str("PAYMENT_GATEWAY_URL", default="")
PAYMENT_GATEWAY_SECRET = env.str("PAYMENT_GATEWAY_SECRET", default="")
# Seconds for a whole call: to connect, to ask, and to read the answer to its end.
PAYMENT_GATEWAY_TIMEOUT = env.float("PAYMENT_GATEWAY_TIMEOUT", default=10.0)
# How long before its end an authorisation counts as expiring.
PAYMENT_EXPIRY_NOTICE_HOURS = env.int("PAYMENT_EXPIRY_NOTICE_HOURS", default=48)
if PAYMENT_GATEWAY not in ("ledger", "http"):
    raise ImproperlyConfigured("PAYMENT_GATEWAY is ledger or http.")
if PAYMENT_GATEWAY == "http" and not (
    PAYMENT_GATEWAY_URL.startswith(("https://", "http://")) and PAYMENT_GATEWAY_SECRET
):
    raise ImproperlyConfigured(
        "PAYMENT_GATEWAY=http needs PAYMENT_GATEWAY_URL, an https:// or http:// address, and PAYMENT_GATEWAY_SECRET."
    )
if PAYMENT_GATEWAY_TIMEOUT <= 0:
    raise ImproperlyConfigured("PAYMENT_GATEWAY_TIMEOUT is a number of seconds greater than 0.")

# Webhooks

# Networks that are not public and may be called all the same, such as 10.1.0.0/16; the demo may call itself.
WEBHOOK_ALLOWED_NETWORKS = env.list(
    "WEBHOOK_ALLOWED_NETWORKS", default=["127.0.0.0/8", "::1/128"] if EMBEDDED else []
)
# Seconds that a receiver has to answer.
WEBHOOK_TIMEOUT = env.float("WEBHOOK_TIMEOUT", default=10.0)
# For how long a secret that was rotated goes on signing beside the new one.
WEBHOOK_SECRET_GRACE_HOURS = env.int("WEBHOOK_SECRET_GRACE_HOURS", default=24)
# Days after which what was delivered is forgotten.
WEBHOOK_RETENTION_DAYS = env.int("WEBHOOK_RETENTION_DAYS", default=14)
try:
    for _network in WEBHOOK_ALLOWED_NETWORKS:
        ipaddress.ip_network(_network)
except ValueError as error:
    raise ImproperlyConfigured(f"WEBHOOK_ALLOWED_NETWORKS: {error}") from error
if WEBHOOK_TIMEOUT <= 0:
    raise ImproperlyConfigured("WEBHOOK_TIMEOUT is a number of seconds greater than 0.")

# Imports

# Megabytes that an uploaded file may have.
IMPORT_MAX_MEGABYTES = env.int("IMPORT_MAX_MEGABYTES", default=200)
# Rows that can be imported all or none, in one transaction.
IMPORT_TOGETHER_ROWS = env.int("IMPORT_TOGETHER_ROWS", default=5000)
# Days after which an import, with its file and its report, is forgotten; what it wrote stays.
IMPORT_RETENTION_DAYS = env.int("IMPORT_RETENTION_DAYS", default=30)

# Personal data

# Days after which an order is anonymised, if it is done with; its process announces it (gdprCleanupDate).
ANTEROOM_RETENTION_DAYS = env.int("ANTEROOM_RETENTION_DAYS", default=3650)


def _broker_options() -> dict[str, object]:
    """Files are polled ten times a second; Redis gets short timeouts, since nothing may wait for it for long (X3)."""
    if not EMBEDDED:
        return {"socket_connect_timeout": 2, "socket_timeout": 5, "visibility_timeout": 3600}
    queue, control = STATE_DIR / "queue", STATE_DIR / "queue-control"
    for folder in (queue, control):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.1,
    }


CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = "backoffice.core.filequeue:Transport" if EMBEDDED else None
CELERY_BROKER_TRANSPORT_OPTIONS = _broker_options()
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "anteroom"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "routing.sweep": {"task": "routing.sweep", "schedule": 60, "options": {"expires": 55}},
    "orders.payments": {"task": "orders.payments", "schedule": 60, "options": {"expires": 55}},
    "routing.watch_payments": {
        "task": "routing.watch_payments",
        "schedule": 300,
        "options": {"expires": 280},
    },
    "routing.renew_capacity": {
        "task": "routing.renew_capacity",
        "schedule": crontab(minute=0),
        "options": {"expires": 3000},
    },
    "routing.watch_waiting": {
        "task": "routing.watch_waiting",
        "schedule": crontab(hour=2, minute=0),
        "options": {"expires": 3600},
    },
    "routing.reconcile": {
        "task": "routing.reconcile",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600},
    },
    "core.jobs": {"task": "core.jobs", "schedule": 60, "options": {"expires": 55}},
    "core.housekeeping": {"task": "core.housekeeping", "schedule": 3600, "options": {"expires": 3000}},
    "core.webhooks": {"task": "core.webhooks", "schedule": 30, "options": {"expires": 25}},
    "orders.anonymise": {
        "task": "orders.anonymise",
        "schedule": crontab(hour=1, minute=20),
        "options": {"expires": 3600},
    },
    "core.forget_deliveries": {
        "task": "core.forget_deliveries",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600},
    },
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# Logs and metrics

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if EMBEDDED else "json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")

_SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_RENDERERS: list[structlog.typing.Processor] = (
    [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if LOG_FORMAT == "json"
    else [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
)
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL),
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED_PROCESSORS,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDERERS],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # django-structlog has already said the same, with the request's id.
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"handlers": [], "level": "CRITICAL", "propagate": True},
    },
}
