// OpenTelemetry's own SDK exports to the running desk, in both encodings, and people read what came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, BatchLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { base } from "./desk.mjs";

/** A signed-in lead's calls. */
async function asLead() {
  const { items } = await (await fetch(`${base}/api/v1/demo/accounts`)).json();
  const lead = items.find((account) => account.role === "lead");
  const call = (cookie) => async (method, path, body) => {
    const headers = { origin: base, "content-type": "application/json", ...(cookie && { cookie }) };
    const response = await fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
    return response;
  };
  const opened = await call()("POST", "/session", { email: lead.email, password: lead.password });
  return call(opened.headers.get("set-cookie").split(";")[0]);
}

test("what an OpenTelemetry SDK exports is there to be read", async () => {
  const lead = await asLead();
  const { secret } = await (await lead("POST", "/tokens", { name: "SDK", scopes: ["telemetry:write"], days: 1 })).json();
  const service = `sdk-${Date.now()}`;
  const to = (path) => ({ url: `${base}/v1/${path}`, headers: { authorization: `Bearer ${secret}` } });
  const resource = resourceFromAttributes({ "service.name": service, "service.version": "7.1.0" });
  const processors = [new ProtobufLogs({ ...to("logs"), compression: "gzip" }), new JsonLogs(to("logs"))].map((exporter) => new BatchLogRecordProcessor({ exporter }));

  const logs = new LoggerProvider({ resource, processors });
  for (let n = 0; n < 20; n += 1) logs.getLogger("shop").emit({ severityNumber: 9, body: `cart ${n} opened`, attributes: { cart: n } });
  logs.getLogger("shop").emit({ severityNumber: 17, body: "payment 4711 refused for ana@harbour.example" });
  await logs.forceFlush();
  const metrics = new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter: new ProtobufMetrics(to("metrics")), exportIntervalMillis: 60_000 })] });
  metrics.getMeter("shop").createCounter("carts").add(20);
  await metrics.forceFlush();
  const traces = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(new JsonTraces(to("traces")))] });
  const span = traces.getTracer("shop").startSpan("POST /pay");
  span.setStatus({ code: 2, message: "refused" });
  span.end();
  await traces.forceFlush();

  const seen = await (await lead("GET", "/telemetry")).json();
  const found = seen.services.find((one) => one.name === service);
  // Each record came twice, once in each encoding.
  assert.deepEqual({ lines: found?.lines, kept: found?.kept, versions: found?.versions }, { lines: 42, kept: 42, versions: ["7.1.0"] });
  assert.deepEqual(seen.losses.filter(({ kind }) => kind === "batch_unreadable" || kind === "record_unusable"), []);
  const { items: templates } = await (await lead("GET", `/telemetry/templates?service=${service}`)).json();
  assert.deepEqual(templates.map(({ text, lines, failing }) => ({ text, lines, failing })), [
    { text: templates[0].text, lines: 2, failing: true },
    { text: "cart <*> opened", lines: 40, failing: false },
  ]);
  const { items: lines } = await (await lead("GET", `/telemetry/lines?service=${service}&template=${templates[0].id}`)).json();
  assert.deepEqual(lines.map(({ text, severity }) => ({ text, severity })), Array(2).fill({ text: "payment 4711 refused for <email>", severity: 17 }));
  await Promise.all([logs.shutdown(), metrics.shutdown(), traces.shutdown()]);
});
