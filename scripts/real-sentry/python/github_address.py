"""Points Sentry's GitHub integration at the stand-in for GitHub instead of api.github.com."""
import os

from django.apps import AppConfig


class Config(AppConfig):
    name = "github_address"

    def ready(self):
        from sentry.integrations.github.client import GitHubClientMixin

        GitHubClientMixin.base_url = os.environ["REAL_SENTRY_GITHUB"]
