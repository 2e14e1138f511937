"""The demo's mailboxes in the browser: mounted in the demo alone, and nothing in a mail runs."""

import json

from tests.web_client import a_site
from web.demo.controllers import CONTROLLERS

MAIL = b"""Subject: Appointment\r
From: appointments@service.test\r
To: ewa@people.test\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r
\r
<script>alert(1)</script><p>You have an appointment.</p>\r
"""


def test_a_caught_mail_is_found_by_its_address_and_shown_without_running(database, clock, tmp_path):
    head = {"to": "ewa@people.test", "received_at": "2026-03-09T09:00:00+00:00"}
    (tmp_path / "one.mail").write_bytes(json.dumps(head).encode() + b"\n" + MAIL)
    with a_site(
        database, clock, controllers=CONTROLLERS, extras={"catcher_folder": tmp_path}
    ) as site:
        found = site.get("/demo/mail?q=EWA").text
        none = site.get("/demo/mail?q=nobody").text
        box = site.get("/demo/mail/to/ewa@people.test").text
        mail = site.get("/demo/mail/one").text
        missing = [site.get(f"/demo/mail/{path}") for path in ("two", "one/invite.ics")]
    assert "ewa@people.test" in found
    assert "ewa@people.test" not in none
    assert "/demo/mail/one" in box
    assert "You have an appointment" in mail
    assert "<script>alert" not in mail
    assert [answer.status_code for answer in missing] == [404, 404]


def test_there_are_no_mailboxes_outside_the_demo(database, clock):
    with a_site(database, clock) as site:
        assert site.get("/demo/mail").status_code == 404
