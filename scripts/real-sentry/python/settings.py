"""Configuration of the Sentry server that the checks run against.

Everything that a release needs is real: PostgreSQL, Redis, memcached, the web process and the worker. What only events
need (ClickHouse through Snuba, Kafka, mail) is replaced by backends that report nothing.
"""
import os
import sys

from sentry.conf.server import *  # noqa: F401,F403

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

_env = os.environ

DATABASES = {
    "default": {
        "ENGINE": "sentry.db.postgres",
        "HOST": _env["REAL_SENTRY_PG_HOST"],
        "PORT": _env["REAL_SENTRY_PG_PORT"],
        "USER": _env["REAL_SENTRY_PG_USER"],
        "PASSWORD": _env["REAL_SENTRY_PG_PASSWORD"],
        "NAME": _env["REAL_SENTRY_PG_DATABASE"],
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
    }
}
_redis_host, _redis_port = _env["REAL_SENTRY_REDIS"].split(":")
BROKER_URL = "redis://%s:%s/1" % (_redis_host, _redis_port)
SENTRY_CACHE = "sentry.cache.redis.RedisCache"
# The permission cache of 60 s is shared by all web workers, as in a self-hosted installation.
CACHES["default"] = {  # noqa: F405
    "BACKEND": "django.core.cache.backends.memcached.MemcachedCache",
    "LOCATION": [_env["REAL_SENTRY_MEMCACHED"]],
    "TIMEOUT": 3600,
}

DEBUG = False
SENTRY_USE_BIG_INTS = True
SENTRY_SINGLE_ORGANIZATION = False
SENTRY_SELF_HOSTED = True
SENTRY_BEACON = False
SENTRY_PROJECT = None
SENTRY_PROJECT_KEY = None
STATIC_BUNDLES = {}
AUTH_PASSWORD_VALIDATORS = []

# As in self-hosted installations: no limits.
SENTRY_RATELIMITER = "sentry.ratelimits.redis.RedisRateLimiter"
SENTRY_RATELIMITER_ENABLED = False
SENTRY_BUFFER = "sentry.buffer.Buffer"
SENTRY_QUOTAS = "sentry.quotas.base.Quota"
SENTRY_DIGESTS = "sentry.digests.backends.dummy.DummyBackend"
SENTRY_TSDB = "sentry.tsdb.dummy.DummyTSDB"
SENTRY_RELEASE_HEALTH = "backends.ReleaseHealth"
SENTRY_RELEASE_HEALTH_OPTIONS = {}
SENTRY_TAGSTORE = "backends.Tags"
SENTRY_TAGSTORE_OPTIONS = {}
SENTRY_EVENTSTREAM = "backends.Events"
SENTRY_EVENTSTREAM_OPTIONS = {}

INSTALLED_APPS = tuple(INSTALLED_APPS) + ("github_address.Config",)  # noqa: F405

_url = _env["REAL_SENTRY_URL"]
SENTRY_WEB_HOST = "127.0.0.1"
SENTRY_WEB_PORT = int(_url.rsplit(":", 1)[1])
SENTRY_WEB_OPTIONS = {"workers": 2, "threads": 4, "memory-report": False, "reload-on-rss": 0}

SENTRY_OPTIONS["redis.clusters"] = {  # noqa: F405
    "default": {"hosts": {0: {"host": _redis_host, "port": int(_redis_port), "db": 2}}}
}
SENTRY_OPTIONS["system.url-prefix"] = _url  # noqa: F405
SENTRY_OPTIONS["system.secret-key"] = "only-for-this-run-" * 3  # noqa: F405
SENTRY_OPTIONS["system.admin-email"] = "admin@acme.example"  # noqa: F405
SENTRY_OPTIONS["mail.backend"] = "django.core.mail.backends.dummy.EmailBackend"  # noqa: F405
SENTRY_OPTIONS["filestore.backend"] = "filesystem"  # noqa: F405
SENTRY_OPTIONS["filestore.options"] = {"location": _env["REAL_SENTRY_FILES"]}  # noqa: F405
for _name, _value in (("id", 1), ("name", "checks"), ("private-key", ""), ("webhook-secret", "none")):
    SENTRY_OPTIONS["github-app." + _name] = _value  # noqa: F405
