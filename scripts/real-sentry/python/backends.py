"""Backends for what a full installation keeps in ClickHouse and Kafka: they know of no events and no sessions."""
from sentry.eventstream.base import EventStream
from sentry.release_health.base import ReleaseHealthBackend
from sentry.tagstore.base import TagStorage


def _reports(value):
    """A method that takes anything and returns a copy of the value."""

    def method(self, *args, **kwargs):
        return value.copy() if hasattr(value, "copy") else value

    return method


class ReleaseHealth(ReleaseHealthBackend):
    is_metrics_based = _reports(False)
    check_has_health_data = _reports(set())
    check_releases_have_health_data = _reports(set())
    get_changed_project_release_model_adoptions = _reports([])
    get_oldest_health_data_for_releases = _reports({})
    get_project_releases_by_stability = _reports([])
    get_project_releases_count = _reports(0)
    get_release_adoption = _reports({})
    get_release_health_data_overview = _reports({})
    get_release_sessions_time_bounds = _reports({"sessions_lower_bound": None, "sessions_upper_bound": None})


class Tags(TagStorage):
    get_group_tag_value_count = _reports(0)
    get_groups_user_counts = _reports({})
    get_release_tags = _reports(set())
    get_tag_keys = _reports([])
    get_tag_values = _reports(set())


class Events(EventStream):
    insert = _reports(None)
    start_delete_groups = _reports({})
    end_delete_groups = _reports(None)
