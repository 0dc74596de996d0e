"""Makes the chat requests in the file of the first argument, with the GenAI instrumentation of OpenTelemetry.

The second argument says which signal is sent first, "spans" or "logs".
"""

import json
import logging
import sys

from openai import OpenAI
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def main():
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING)
    spans, logs = TracerProvider(), LoggerProvider()
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    OpenAIInstrumentor().instrument(tracer_provider=spans, logger_provider=logs)

    with open(sys.argv[1], encoding="utf-8") as file:
        requests = json.load(file)
    client = OpenAI(max_retries=0)
    for request in requests:
        answer = client.chat.completions.create(**request)
        if request.get("stream"):
            for _ in answer:
                pass

    for provider in (spans, logs) if sys.argv[2] == "spans" else (logs, spans):
        provider.shutdown()


main()
