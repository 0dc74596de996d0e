"""Sends what the order in the file of the first argument says; its shape is in ../order.ts."""

import base64
import importlib
import json
import logging
import sys

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

KINDS = (None, SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER)


def main():
    logging.basicConfig(stream=sys.stdout, level=logging.INFO)
    with open(sys.argv[1], encoding="utf-8") as file:
        order = json.load(file)
    if "traces" in order:
        send_traces(order, order["traces"]["resourceSpans"][0])
    if "logs" in order:
        send_logs(order, order["logs"]["resourceLogs"][0])
    if "metrics" in order:
        send_metrics(order, order["metrics"])


def exporter_of(order, module, name):
    protocol = "grpc" if order["protocol"] == "grpc" else "http"
    found = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{protocol}.{module}")
    return getattr(found, name)()


class KnownIds(IdGenerator):
    """Gives the span its ids."""

    def __init__(self):
        self.span = None

    def generate_trace_id(self):
        return int(self.span["traceId"], 16)

    def generate_span_id(self):
        return int(self.span["spanId"], 16)


def send_traces(order, known):
    scope_spans = known["scopeSpans"][0]
    ids = KnownIds()
    provider = TracerProvider(resource=resource_of(known["resource"]), id_generator=ids)
    exporter = exporter_of(order, "trace_exporter", "OTLPSpanExporter")
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=10_000, max_export_batch_size=order["batch_size"])
    )
    tracer = provider.get_tracer(*scope_of(scope_spans))
    for span in scope_spans["spans"]:
        ids.span = span
        send_span(tracer, span)
    provider.shutdown()


def send_span(tracer, span):
    started = tracer.start_span(
        span["name"],
        context=context_of(span["traceId"], span["parentSpanId"]) if "parentSpanId" in span else None,
        kind=KINDS[span["kind"]],
        attributes=attributes_of(span["attributes"]),
        links=[link_of(link) for link in span["links"]],
        start_time=int(span["startTimeUnixNano"]),
    )
    for event in span["events"]:
        started.add_event(event["name"], attributes_of(event["attributes"]), int(event["timeUnixNano"]))
    status = span["status"]
    if status["code"] > 0:
        started.set_status(Status(StatusCode(status["code"]), status.get("message")))
    started.end(int(span["endTimeUnixNano"]))


def link_of(link):
    state = TraceState.from_header([link["traceState"]])
    return Link(span_context_of(link["traceId"], link["spanId"], state), attributes_of(link["attributes"]))


def send_logs(order, known):
    scope_logs = known["scopeLogs"][0]
    provider = LoggerProvider(resource=resource_of(known["resource"]))
    exporter = exporter_of(order, "_log_exporter", "OTLPLogExporter")
    provider.add_log_record_processor(
        BatchLogRecordProcessor(exporter, max_queue_size=10_000, max_export_batch_size=order["batch_size"])
    )
    logger = provider.get_logger(*scope_of(scope_logs))
    for record in scope_logs["logRecords"]:
        logger.emit(
            LogRecord(
                timestamp=int(record["timeUnixNano"]) if "timeUnixNano" in record else None,
                observed_timestamp=int(record["observedTimeUnixNano"]),
                context=context_of(record["traceId"], record["spanId"]) if "spanId" in record else None,
                severity_number=SeverityNumber(record["severityNumber"]),
                severity_text=record["severityText"],
                event_name=record.get("eventName"),
                body=value_of(record["body"]),
                attributes=attributes_of(record["attributes"]),
            )
        )
    provider.shutdown()


def send_metrics(order, known):
    exporter = exporter_of(order, "metric_exporter", "OTLPMetricExporter")
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider(
        metric_readers=[reader],
        resource=resource_of(known["resource"]),
        views=[
            View(Histogram, instrument["name"], aggregation=ExponentialBucketHistogramAggregation())
            for instrument in known["instruments"]
            if instrument["kind"] == "exponential_histogram"
        ],
    )
    meter = provider.get_meter(*scope_of(known))
    for instrument in known["instruments"]:
        record(meter, instrument)
    # The only export is that of the shutdown.
    provider.shutdown()


def record(meter, instrument):
    named = (instrument["name"], instrument["unit"], instrument["description"])
    bounds = instrument.get("boundaries")
    record_one = {
        "counter": lambda: meter.create_counter(*named).add,
        "up_down_counter": lambda: meter.create_up_down_counter(*named).add,
        "gauge": lambda: meter.create_gauge(*named).set,
        "histogram": lambda: meter.create_histogram(*named, explicit_bucket_boundaries_advisory=bounds).record,
        "exponential_histogram": lambda: meter.create_histogram(*named).record,
    }[instrument["kind"]]()
    for series in instrument["series"]:
        for value in series["values"]:
            record_one(value, attributes_of(series["attributes"]))


def scope_of(known):
    scope = known["scope"]
    return scope["name"], scope["version"], known["schemaUrl"], attributes_of(scope["attributes"])


def resource_of(resource):
    return Resource(attributes_of(resource["attributes"]))


def context_of(trace_id, span_id):
    return trace.set_span_in_context(trace.NonRecordingSpan(span_context_of(trace_id, span_id)))


def span_context_of(trace_id, span_id, state=None):
    return SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(TraceFlags.SAMPLED), state)


def attributes_of(attributes):
    return {item["key"]: value_of(item["value"]) for item in attributes}


def value_of(value):
    if "intValue" in value:
        return int(value["intValue"])
    if "bytesValue" in value:
        return base64.b64decode(value["bytesValue"])
    if "arrayValue" in value:
        return [value_of(item) for item in value["arrayValue"]["values"]]
    if "kvlistValue" in value:
        return attributes_of(value["kvlistValue"]["values"])
    return next(iter(value.values()), None)


main()
