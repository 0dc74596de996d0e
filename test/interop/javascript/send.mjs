import { readFileSync } from 'node:fs';
import { DiagLogLevel, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPLogExporter as LogGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogProtobuf } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TraceGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TraceJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TraceProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** Sends what the order in the file of the first argument says; its shape is in ../order.ts. */
const order = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const say = (...words) => console.log(...words);
diag.setLogger({ error: say, warn: say, info: say, debug: () => {}, verbose: () => {} }, DiagLogLevel.INFO);

const exporters = {
  'http/protobuf': { traces: TraceProtobuf, logs: LogProtobuf, metrics: MetricProtobuf },
  'http/json': { traces: TraceJson, logs: LogJson, metrics: MetricJson },
  grpc: { traces: TraceGrpc, logs: LogGrpc, metrics: MetricGrpc },
}[order.protocol];

try {
  if (order.traces) await sendTraces(order.traces.resourceSpans[0]);
  if (order.logs) await sendLogs(order.logs.resourceLogs[0]);
  if (order.metrics) await sendMetrics(order.metrics);
} catch (error) {
  // What an export failed with is an answer of the collector's: the checks look at it.
  say(error);
}

function batchOf(signal) {
  const limits = { maxExportBatchSize: order.batch_size, maxQueueSize: 10_000, exportTimeoutMillis: 60_000 };
  return { exporter: new exporters[signal](), ...limits };
}

async function sendTraces({ resource, scopeSpans: [{ scope, schemaUrl, spans }] }) {
  let current = spans[0];
  const provider = new TracerProvider({
    resource: resourceFromAttributes(attributesOf(resource.attributes)),
    idGenerator: { generateTraceId: () => current.traceId, generateSpanId: () => current.spanId },
    spanProcessors: [new BatchSpanProcessor(batchOf('traces'))],
  });
  const tracer = provider.getTracer(scope.name, scope.version, { schemaUrl });
  for (current of spans) sendSpan(tracer, current);
  await provider.shutdown();
}

function sendSpan(tracer, span) {
  const options = {
    // OTLP counts the kinds from "unspecified", the API from the next.
    kind: span.kind - 1,
    startTime: timeOf(span.startTimeUnixNano),
    attributes: attributesOf(span.attributes),
    links: span.links.map(({ attributes, traceState, ...context }) => ({
      context: { ...context, traceFlags: 1, traceState: { serialize: () => traceState } },
      attributes: attributesOf(attributes),
    })),
  };
  const parent = span.parentSpanId ? contextOf(span.traceId, span.parentSpanId) : ROOT_CONTEXT;
  const started = tracer.startSpan(span.name, options, parent);
  for (const { name, attributes, timeUnixNano } of span.events) {
    started.addEvent(name, attributesOf(attributes), timeOf(timeUnixNano));
  }
  if (span.status.code > 0) started.setStatus(span.status);
  started.end(timeOf(span.endTimeUnixNano));
}

async function sendLogs({ resource, scopeLogs: [{ scope, schemaUrl, logRecords }] }) {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(attributesOf(resource.attributes)),
    processors: [new BatchLogRecordProcessor(batchOf('logs'))],
  });
  const logger = provider.getLogger(scope.name, scope.version, { schemaUrl });
  for (const record of logRecords) {
    logger.emit({
      timestamp: timeOf(record.timeUnixNano),
      observedTimestamp: timeOf(record.observedTimeUnixNano),
      severityNumber: record.severityNumber,
      severityText: record.severityText,
      eventName: record.eventName,
      body: nativeValue(record.body),
      attributes: attributesOf(record.attributes),
      context: record.spanId ? contextOf(record.traceId, record.spanId) : ROOT_CONTEXT,
    });
  }
  await provider.shutdown();
}

async function sendMetrics({ resource, scope, schemaUrl, instruments }) {
  const provider = new MeterProvider({
    resource: resourceFromAttributes(attributesOf(resource.attributes)),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new exporters.metrics(),
        exportIntervalMillis: 3_600_000,
        exportTimeoutMillis: 60_000,
      }),
    ],
    views: instruments
      .filter(({ kind }) => kind === 'exponential_histogram')
      .map(({ name }) => ({
        instrumentName: name,
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      })),
  });
  const meter = provider.getMeter(scope.name, scope.version, { schemaUrl });
  for (const instrument of instruments) record(meter, instrument);
  // The only export is that of the shutdown.
  await provider.shutdown();
}

function record(meter, { kind, name, description, unit, boundaries, series }) {
  const options = { description, unit };
  const advice = boundaries ? { advice: { explicitBucketBoundaries: boundaries } } : {};
  const recordOne = {
    counter: () => bound(meter.createCounter(name, options), 'add'),
    up_down_counter: () => bound(meter.createUpDownCounter(name, options), 'add'),
    gauge: () => bound(meter.createGauge(name, options), 'record'),
    histogram: () => bound(meter.createHistogram(name, { ...options, ...advice }), 'record'),
    exponential_histogram: () => bound(meter.createHistogram(name, options), 'record'),
  }[kind]();
  for (const { attributes, values } of series) {
    for (const value of values) recordOne(value, attributesOf(attributes));
  }
}

function bound(instrument, method) {
  return instrument[method].bind(instrument);
}

function contextOf(traceId, spanId) {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
}

function timeOf(nanoseconds) {
  const time_ns = BigInt(nanoseconds);
  return [Number(time_ns / 1_000_000_000n), Number(time_ns % 1_000_000_000n)];
}

function attributesOf(attributes) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, nativeValue(value)]));
}

function nativeValue(value) {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.bytesValue !== undefined) return new Uint8Array(Buffer.from(value.bytesValue, 'base64'));
  if (value.arrayValue) return value.arrayValue.values.map(nativeValue);
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
