"""What can be reached with no sign-in is a short list, and each way of it leads to one service alone."""

from gateway.routes import ROUTES, find


def test_whoever_was_given_a_link_reaches_the_form_and_nothing_else_of_caseload() -> None:
    way = find(ROUTES, "/refer/referrals")
    assert way is not None
    assert (way.service, way.is_open, way.upstream_path("/refer/referrals")) == ("caseload", True, "/refer/referrals")
    for path in ("/referrals", "/v1/referrals", "/refers"):
        assert find(ROUTES, path) is None
    guarded = find(ROUTES, "/caseload/v1/referrals")
    assert guarded is not None
    assert not guarded.is_open


def test_no_other_way_is_open() -> None:
    open_ways = {way.prefix: way.service for way in ROUTES if way.is_open}
    smart = "/fhir/R4/.well-known/smart-configuration"
    assert open_ways == {
        "/auth": "identity",
        smart: "identity",
        "/refer": "caseload",
        "/caseload/open": "caseload",
        "/roster/open": "roster",
    }
