from __future__ import annotations

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

TRANSPORT = "backoffice.core.filequeue:Transport"


@pytest.fixture
def channel(tmp_path: Path):
    folders = {"data_folder_in": tmp_path, "data_folder_out": tmp_path, "control_folder": tmp_path}
    options = {name: str(folder) for name, folder in folders.items()}
    with Connection("filesystem://localhost", transport=TRANSPORT, transport_options=options) as connection:
        yield connection.channel()


def test_messages_come_in_the_order_in_which_they_were_sent(channel) -> None:
    for number in range(3):
        channel._put("work", {"number": number})

    assert [channel._get("work")["number"] for _ in range(3)] == [0, 1, 2]


def test_message_is_complete_when_it_appears(
    channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        Path, "replace", lambda _draft, _name: seen.append([path.name for path in tmp_path.glob("*.msg")])
    )

    channel._put("work", {"number": 1})

    assert seen == [[]], "nothing has the name of a message before it was written whole"


def test_unreadable_message_is_dropped_and_does_not_end_the_worker(channel, tmp_path: Path) -> None:
    (tmp_path / "!_x.work.msg").write_text('{"number":')
    channel._put("work", {"number": 1})

    with pytest.raises(Empty):
        channel._get("work")
    assert channel._get("work") == {"number": 1}
    assert not list(tmp_path.glob("*.msg"))


def test_queues_do_not_see_each_others_messages(channel) -> None:
    channel._put("work", {"number": 1})

    with pytest.raises(Empty):
        channel._get("other")
