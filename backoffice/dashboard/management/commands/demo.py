from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.core.management.base import CommandError
from django.db import connections

from backoffice.celery import app as celery_app
from backoffice.core import heartbeats
from backoffice.dashboard.demo import processes
from backoffice.dashboard.demo.processes import HOST, Child, DemoFailed
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.stopping import Asked, asked_to_stop
from backoffice.dashboard.demo.users import ADMINISTRATOR, OTHERS, PASSWORD, create_users, refuse_foreign_site

READY_SECONDS = 60

env = environ.Env()


class Command(BaseCommand):
    help = (
        "Runs Anteroom with demo data: migrates, seeds, and starts a web server and a worker until Ctrl-C. "
        "PORT chooses the port (8000); ANTEROOM_DEMO_DATA=0 starts empty."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "The demo has well-known passwords and is not for a production: unset BROKER_URL and REDIS_URL."
            )
        try:
            self._run(port=_port(), state=settings.STATE_DIR)
        except DemoFailed as error:
            raise CommandError(str(error))

    def _run(self, *, port: int, state: Path) -> None:
        logs = state / "logs"
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with asked_to_stop() as asked, processes.only_one(state):
            processes.check_port(port)
            self._say(f"Anteroom keeps its data in {state}")
            try:
                self._prepare()
            except KeyboardInterrupt:
                raise DemoFailed("Interrupted; nothing is half done, start it again.")
            asked.interrupts = False
            self._serve(port, logs, asked)
        self._say("Stopped.")

    def _prepare(self) -> None:
        # What services log about hundreds of orders would bury what we say.
        logging.getLogger().setLevel(logging.WARNING)
        call_command("compilemessages", verbosity=0)
        self._step("Migrating the database", lambda: call_command("migrate", verbosity=0, interactive=False))
        refuse_foreign_site()
        self._step("Creating the users", create_users)
        if env.bool("ANTEROOM_DEMO_DATA", default=True):
            self._step("Seeding the demo retailer", seed)
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        processes.forget_messages(str(options["data_folder_in"]), str(options["control_folder"]))
        heartbeats.forget_dead(timedelta())  # of the last run, which would make this one look ready
        # Whatever the forgotten messages spoke of, and whatever seeding left, is found by a sweep.
        celery_app.send_task("routing.sweep", ignore_result=True, retry=False)
        connections.close_all()

    def _step(self, title: str, work: Callable[[], Any]) -> None:
        self._say(f"{title} … ", ending="")
        started = time.monotonic()
        result = work()
        said = f"{result} " if isinstance(result, str) else ""
        self._say(f"{said}({time.monotonic() - started:.1f} s)")

    def _say(self, text: str, ending: str = "\n") -> None:
        """Nobody may be listening any more, when the terminal was closed: there is work to do all the same."""
        with contextlib.suppress(OSError):
            self.stdout.write(text, ending=ending)
            self.stdout.flush()

    def _serve(self, port: int, logs: Path, asked: Asked) -> None:
        children: list[Child] = []
        try:
            self._say("Starting web and worker … ", ending="")
            started = time.monotonic()
            children.append(Child.start("web", processes.web_arguments(port), logs))
            children.append(Child.start("worker", processes.worker_arguments(), logs))

            def hopeless() -> bool:
                return asked.to_stop or any(child.exit_code is not None for child in children)

            if processes.wait_until_ready(port, seconds=READY_SECONDS, give_up=hopeless):
                self._say(f"({time.monotonic() - started:.1f} s)")
                self._welcome(port, logs)
            elif not hopeless():
                raise DemoFailed(
                    f"They did not get ready within {READY_SECONDS} s; see {logs} and http://{HOST}:{port}/readyz"
                )
            self._watch(children, asked)
        finally:
            self._stop(children)

    def _watch(self, children: list[Child], asked: Asked) -> None:
        """Returns when we are told to stop.

        :raises DemoFailed: a child died.
        """
        while not asked.within(0.2):
            for child in children:
                if child.exit_code is not None:
                    tail = "\n  ".join(child.last_lines())
                    raise DemoFailed(
                        f"The {child.name} process ended by itself (exit code {child.exit_code}). "
                        f"The last lines of {child.log}:\n  {tail}"
                    )

    def _stop(self, children: list[Child]) -> None:
        if any(child.exit_code is None for child in children):
            self._say("\nStopping …")
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + processes.STOP_SECONDS
        for child in children:
            if not child.stop(deadline):
                self._say(f"The {child.name} process did not stop in time and was killed.")

    def _welcome(self, port: int, logs: Path) -> None:
        address = f"http://{HOST}:{port}"
        others = ", ".join(user.email.partition("@")[0] + "@" for user in OTHERS)
        self._say(
            "\n".join(
                (
                    "",
                    self.style.SUCCESS(f"  Anteroom runs at {address}/"),
                    "",
                    f"  Sign in     {ADMINISTRATOR.email}",
                    f"  Password    {PASSWORD}",
                    f"  Or as       {others} (anteroom.local, same password)",
                    f"  API         {address}/api/docs",
                    f"  Logs        {logs}",
                    "",
                    "  Ctrl-C stops it; make demo-reset forgets its data.",
                    "",
                )
            )
        )


def _port() -> int:
    """:raises DemoFailed: PORT is no port."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise DemoFailed(f"PORT={given} is no port: choose a number from 1 to 65535, such as PORT=8001.")
    return int(given)
