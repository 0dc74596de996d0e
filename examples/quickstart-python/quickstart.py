"""Sends one agent run to Sextant with plain OpenTelemetry and the GenAI attributes."""

import json
import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

url = os.environ.get("SEXTANT_URL", "http://127.0.0.1:4318")
key = os.environ.get("SEXTANT_KEY")
exporter = OTLPSpanExporter(
    endpoint=f"{url}/v1/traces",
    headers={"authorization": f"Bearer {key}"} if key else None,
)
provider = TracerProvider(resource=Resource.create({"service.name": "quickstart-python"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("quickstart")


def messages(role, text):
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def find_order(order_id):
    with tracer.start_as_current_span("execute_tool find_order") as span:
        span.set_attribute("gen_ai.operation.name", "execute_tool")
        span.set_attribute("gen_ai.tool.name", "find_order")
        span.set_attribute("gen_ai.tool.call.arguments", json.dumps({"id": order_id}))
        order = {"id": order_id, "status": "shipped"}
        span.set_attribute("gen_ai.tool.call.result", json.dumps(order))
        return order


def ask(question):
    """A stand-in for a model, so that no key is needed."""
    with tracer.start_as_current_span("chat stand-in-1", kind=SpanKind.CLIENT) as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.provider.name", "stand-in")
        span.set_attribute("gen_ai.request.model", "stand-in-1")
        span.set_attribute("gen_ai.input.messages", messages("user", question))
        answer = f"You asked: {question}"
        span.set_attribute("gen_ai.output.messages", messages("assistant", answer))
        span.set_attribute("gen_ai.response.finish_reasons", ["stop"])
        span.set_attribute("gen_ai.usage.input_tokens", 12)
        span.set_attribute("gen_ai.usage.output_tokens", 8)
        return answer


def support(question):
    with tracer.start_as_current_span("invoke_agent support") as span:
        span.set_attribute("gen_ai.operation.name", "invoke_agent")
        span.set_attribute("gen_ai.agent.name", "support")
        order = find_order("A-17")
        return ask(f"{question} ({order['status']})")


print(support("Where is my order?"))
provider.shutdown()
