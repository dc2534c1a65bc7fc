"""Jobs launched through Google's own clients, as any program would launch them. The only file here that knows those clients."""

from __future__ import annotations

from typing import Any

from jobstates.errors import MissingExtra

try:
    import grpc
    from google.cloud import aiplatform_v1
except ImportError as error:
    raise MissingExtra("vertex", "google-cloud-aiplatform") from error
try:
    from google.cloud import dataflow_v1beta3
except ImportError as error:
    raise MissingExtra("dataflow", "google-cloud-dataflow-client") from error

PROJECT, REGION = "my-project", "us-central1"
PARENT = f"projects/{PROJECT}/locations/{REGION}"


class Launcher:
    """Launches jobs at one endpoint that speaks gRPC without encryption.

    Args:
        endpoint: host and port.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._channel = self.channel()
        self._training = _client(aiplatform_v1.JobServiceAsyncClient, self._channel)
        self._flows = _client(dataflow_v1beta3.JobsV1Beta3AsyncClient, self._channel)

    def channel(self, host: str = "") -> grpc.aio.Channel:  # noqa: ARG002  # every host is found there
        """A channel to the endpoint."""
        return grpc.aio.insecure_channel(self._endpoint)

    async def custom(self, name: str) -> Any:  # noqa: ANN401  # one of Google's messages, as below
        """A custom job."""
        return await self._training.create_custom_job(parent=PARENT, custom_job={"display_name": name, "job_spec": {}})

    async def batch_prediction(self, name: str) -> Any:  # noqa: ANN401
        """A batch prediction job."""
        told = {"display_name": name, "input_config": {}, "output_config": {}}
        return await self._training.create_batch_prediction_job(parent=PARENT, batch_prediction_job=told)

    async def streaming(self, name: str, *, replaces: str = "") -> Any:  # noqa: ANN401
        """A streaming job; with ``replaces`` an update of the job with that id."""
        told = {"name": name, "type_": dataflow_v1beta3.JobType.JOB_TYPE_STREAMING, "replace_job_id": replaces}
        request = {"project_id": PROJECT, "location": REGION, "job": told}
        return await self._flows.create_job(request=request)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._channel.close()


def _client(client: Any, channel: grpc.aio.Channel) -> Any:  # noqa: ANN401  # classes of Google's
    return client(transport=client.get_transport_class("grpc_asyncio")(channel=channel))
