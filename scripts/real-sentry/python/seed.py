"""Run by `sentry exec`: one organization with projects, people, repositories and every kind of token.

Writes what the checks need to $REAL_SENTRY_SEED: {"tokens": {name: token}, "ids": {slug: id}}.
"""
import json
import os

from sentry.models import (
    ApiToken,
    Integration,
    Organization,
    OrganizationIntegration,
    OrganizationMember,
    OrganizationMemberTeam,
    OrgAuthToken,
    Project,
    Repository,
    SentryAppInstallationToken,
    Team,
    User,
)
from sentry.sentry_apps.apps import SentryAppCreator
from sentry.utils.security.orgauthtoken_token import generate_token, hash_token

RELEASES = ["project:releases"]
FULL = ["project:read", "project:write", "project:admin", "project:releases", "org:read", "org:write", "org:admin"]

acme = Organization.objects.create(name="acme", slug="acme")
globex = Organization.objects.create(name="globex", slug="globex")
teams = {name: Team.objects.create(organization=acme, name=name, slug=name) for name in ("product", "other")}
projects = {}
for slug, team in (("web", "product"), ("api", "product"), ("worker", "product"), ("hidden", "other")):
    projects[slug] = Project.objects.create(organization=acme, name=slug, slug=slug, platform="javascript")
    projects[slug].add_team(teams[team])
operations = Team.objects.create(organization=globex, name="operations", slug="operations")
Project.objects.create(organization=globex, name="reactor", slug="reactor", platform="other").add_team(operations)


def person(name, organization, role, joined):
    user = User.objects.create(username=name, email=name + "@acme.example", is_active=True)
    member = OrganizationMember.objects.create(organization=organization, user_id=user.id, role=role)
    for team in joined:
        OrganizationMemberTeam.objects.create(team=team, organizationmember=member)
    return user


def user_token(user, scopes):
    return ApiToken.objects.create(user=user, scope_list=scopes, expires_at=None).token


def organization_token(organization):
    token = generate_token(organization.slug, os.environ["REAL_SENTRY_URL"])
    OrgAuthToken.objects.create(
        organization_id=organization.id,
        name="checks",
        token_hashed=hash_token(token),
        token_last_characters=token[-4:],
        scope_list=["org:ci"],
        date_last_used=None,
    )
    return token


def integration_token(user, name, scopes):
    app = SentryAppCreator(
        name=name, author="acme", organization_id=acme.id, is_internal=True, verify_install=False, scopes=scopes
    ).run(user=user)
    return SentryAppInstallationToken.objects.filter(sentry_app_installation__sentry_app=app)[0].api_token.token


owner = person("rowan", acme, "owner", teams.values())
insider = person("indra", acme, "member", [teams["product"]])
outsider = person("oda", acme, "owner", [])
stranger = person("sam", globex, "owner", [operations])

github = Integration.objects.create(
    provider="github",
    name="acme",
    external_id="55012",
    metadata={
        "access_token": os.environ["REAL_SENTRY_GITHUB_TOKEN"],
        "expires_at": "2099-01-01T00:00:00",
        "domain_name": "github.com/acme",
        "account_type": "Organization",
    },
)
OrganizationIntegration.objects.create(organization_id=acme.id, integration=github)
for number, name in enumerate(("acme/linked", "acme/Mixed-Case")):
    Repository.objects.create(
        organization_id=acme.id,
        name=name,
        url="https://github.com/" + name,
        provider="integrations:github",
        external_id=str(402938475 + number),
        integration_id=github.id,
        config={"name": name},
    )

with open(os.environ["REAL_SENTRY_SEED"], "w") as file:
    os.chmod(file.name, 0o600)
    json.dump(
        {
            "ids": {"acme": str(acme.id), **{slug: str(project.id) for slug, project in projects.items()}},
            "tokens": {
                "organization": organization_token(acme),
                "strangerOrganization": organization_token(globex),
                "user": user_token(owner, FULL),
                "userReleases": user_token(owner, RELEASES),
                "userReadOnly": user_token(owner, ["project:read", "org:read"]),
                "userEventsOnly": user_token(owner, ["event:read"]),
                "insider": user_token(insider, FULL),
                "stranger": user_token(stranger, FULL),
                "outsider": user_token(outsider, FULL),
                "integration": integration_token(owner, "checks", ["project:read", "project:releases", "org:read"]),
                "integrationReleases": integration_token(owner, "checks of releases", RELEASES),
            },
        },
        file,
    )
