"""The emulator as its users hold it: start it, tell it lives and faults, move its clock, look at its jobs."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict

from jobstates.emulator.calls import Reply, WebReply, WebRequest
from jobstates.emulator.control import PREFIX, Control, loopback
from jobstates.emulator.coverage import Coverage
from jobstates.emulator.living.choosing import LifeRule
from jobstates.emulator.living.clock import ClockSettings
from jobstates.emulator.port import Authority, Port
from jobstates.emulator.scenario import JobScript, Scenario, with_named_life
from jobstates.emulator.services import Services
from jobstates.emulator.serving.faults import Fault
from jobstates.emulator.surroundings import Surroundings
from jobstates.emulator.wire.schema import schema
from jobstates.emulator.wire.web import Transcoder
from jobstates.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jobstates.emulator.living.clock import Clock
    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.faults import Faults
    from jobstates.spec.arrow import Arrow

TOKEN = b'{"access_token": "emulated", "expires_in": 3600, "token_type": "Bearer"}'
"""What the token endpoint answers: nobody is asked who they are."""


@cache
def authority() -> Authority:
    """Who vouches for all emulators of this process: gRPC reads whom to trust once a process."""
    return Authority()


class EmulatedJob(BaseModel):
    """One job as it stands."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    platform: str
    kind: str
    """The resource collection, such as ``customJobs``."""
    name: str
    """The resource name, or the id of a Dataflow job."""
    display_name: str
    """What the client called it."""
    state: str
    """The state by its name on the wire."""
    created: datetime
    since: datetime
    """When it entered its state."""
    ended: bool
    """Whether it is over."""


class Emulator:
    """The Vertex AI and Dataflow job services on loopback.

    >>> with Emulator(clock="manual") as emulator:
    ...     emulator.life("failed", job="etl-*")

    Args:
        scenario: what it is told from the start.
        clock: how its clock runs, in words (``real``, ``60x``, ``manual``, ``step 1s``); goes before what the scenario says.
        host: the address it listens on.
        port: the port; 0 for any that is free.
    """

    def __init__(
        self, scenario: Scenario | None = None, *, clock: str | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        given = scenario or Scenario.model_construct()  # not validated: building the models takes longer than starting
        clocked = {} if clock is None else {"clock": ClockSettings.model_validate(clock)}
        self.scenario = given.model_copy(update=clocked)
        self.token = None if loopback(host) else secrets.token_urlsafe(16)
        self.authority = authority()
        self._resetting = RLock()
        self._earlier: Counter[tuple[str, Arrow]] = Counter()
        self._jobs_earlier: Counter[str] = Counter()
        self._services = Services(schema(), self.scenario)
        self._control = Control(self, self.token)
        self._transcoder = Transcoder(schema(), self._answer)
        self._port = Port(self._answer, schema().methods, self._web, host=host, port=port, authority=self.authority)
        self._surroundings = Surroundings(self)

    def start(self) -> Self:
        """Accept connections.

        Raises:
            InputError: when the address cannot be listened on.
        """
        try:
            self._port.start()
        except OSError as error:
            raise InputError(f"{self._port.host}:{self._port.port} cannot be listened on: {_reason(error)}") from error
        return self

    def stop(self) -> None:
        """Cut all connections and remove the files that were made for clients."""
        self._port.stop()
        self._surroundings.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # Where it is.

    @property
    def endpoint(self) -> str:
        """Host and port, such as ``127.0.0.1:41235``."""
        host = f"[{self._port.host}]" if ":" in self._port.host else self._port.host
        return f"{host}:{self._port.port}"

    @property
    def url(self) -> str:
        """The address for clients that speak REST without encryption."""
        return f"http://{self.endpoint}"

    @property
    def control_url(self) -> str:
        """The address of the control API."""
        return f"{self.url}{PREFIX}" + (f"/{self.token}" if self.token else "")

    @property
    def ca(self) -> Path:
        """A file with the certificate that clients have to trust. It is removed when the emulator stops."""
        return self._surroundings.ca

    @property
    def credentials(self) -> Path:
        """A file of credentials that Google's clients accept. It is removed when the emulator stops."""
        return self._surroundings.credentials

    def environment(self, project: str = "project") -> dict[str, str]:
        """The environment variables that point unmodified code at the emulator."""
        return self._surroundings.environment(project)

    # What it is told.

    def life(self, life: Life | str | list[Any] | Mapping[str, Any], **meant_for: Any) -> None:  # noqa: ANN401
        """Let jobs that are created from now on live so.

        Args:
            life: an outcome (``failed``), the name of a life of the scenario, a list of states, or a whole life or its mapping.
            meant_for: which jobs: ``job="etl-*"``, ``kind=``, ``platform=``, ``type=``, and ``count=`` of them; all if not given.

        Raises:
            pydantic.ValidationError: when that is no life.
        """
        self.add_life(LifeRule.model_validate(with_named_life({"life": life, **meant_for}, self.scenario.named)))

    def add_life(self, rule: LifeRule) -> None:
        """Let the jobs of a rule that are created from now on live as it says."""
        self._services.lives.add(rule)

    def fault(self, status: str | int | None = None, **effects: Any) -> None:  # noqa: ANN401
        """Let calls go wrong, by default the next one.

        Args:
            status: the status to answer with, such as ``UNAVAILABLE``.
            effects: anything else that a ``Fault`` has: ``method="Get*"``, ``job=``, ``count=``, ``delay=``, ``reset=True``...

        Raises:
            pydantic.ValidationError: when that is no fault.
        """
        told = effects if status is None else {"status": status, **effects}
        self._services.faults.add(Fault.model_validate(told))

    def create(self, script: JobScript) -> None:
        """Create jobs as a script tells.

        Raises:
            InputError: when there are no such jobs.
        """
        self._services.create(script)

    @property
    def clock(self) -> Clock:
        """The clock that the jobs live by."""
        return self._services.clock

    @property
    def faults(self) -> Faults:
        """The faults that are waiting for calls."""
        return self._services.faults

    @property
    def jobs(self) -> list[EmulatedJob]:
        """The jobs there are now, in the order of their creation."""
        services = self._services
        with services.world.lock:
            now = services.clock.now()
            return [_shown(job, services.names(job), now) for job in services.world.jobs() if job.exists(now)]

    def coverage(self) -> Coverage:
        """Which arrows the jobs took until now, those of before a reset among them."""
        with self._resetting, self._services.world.lock:
            counts, jobs = self._services.world.taken()
            return Coverage(self._earlier + counts, self._jobs_earlier + jobs)

    def reset(self, scenario: Scenario | None = None) -> None:
        """Begin again, as the scenario has it: no other jobs, lives and faults, and the clock where it began.

        Args:
            scenario: another one from now on. If it tells no clock, the clock runs as it did.

        Raises:
            InputError: when a job of the scenario cannot be.
        """
        told = self.scenario if scenario is None else scenario
        if "clock" not in told.model_fields_set:
            told = told.model_copy(update={"clock": self.scenario.clock})
        fresh = Services(schema(), told)
        with self._resetting:
            earlier = self.coverage()
            self._earlier = Counter({(name, arrow): n for name, taken in earlier.items() for arrow, n in taken.counts.items()})
            self._jobs_earlier = Counter({name: taken.jobs for name, taken in earlier.items()})
            self.scenario, self._services = told, fresh

    # What the port asks.

    def _answer(self, path: str, body: bytes) -> Reply:
        return self._services.answer(path, body)

    def _web(self, request: WebRequest) -> WebReply:
        path, _ = request.split()
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._control(request)
        if path == "/token":
            return WebReply(200, TOKEN)
        return self._transcoder(request)


def _reason(error: OSError) -> str:
    """What the system says, without what asyncio or the resolver add to it."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)


def _shown(job: LiveJob, names: Sequence[str], now: float) -> EmulatedJob:
    state = job.step(now).state
    return EmulatedJob(
        platform=job.origin.planner.lifecycle.platform,
        kind=job.origin.kind,
        name=names[0],
        display_name=names[-1],
        state=state.value,
        created=_moment(job.created),
        since=_moment(job.since(now)),
        ended=state.terminal,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
