import base64
import copy
import hashlib
import hmac
import json
import pickle
import re
import socketserver
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import generate  # noqa: E402
from provisioning_client import (  # noqa: E402
    EVENT_TYPES,
    ProvisioningClient,
    ProvisioningError,
    pages,
    verify_webhook,
)

ID = "01999999-0000-7000-8000-000000000001"
STALE = "The file is stale. Run `npm run generate`."


class FakeService:
    """A server with scripted responses that records the requests."""

    def __init__(self, answer):
        self.received = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                request = {
                    "method": self.command,
                    "path": self.path,
                    "headers": self.headers,
                    "body": json.loads(text) if text else None,
                }
                outer.received.append(request)
                status, body, headers = answer(request, len(outer.received))
                if status == 0:
                    self.close_connection = True
                    return
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def data(value):
    return 200, {"success": True, "data": value}, {}


def failure(status, code, **headers):
    return status, {"success": False, "error": "No.", "code": code, "request_id": "req-1"}, headers


class ClientTest(unittest.TestCase):
    def client(self, answer, **options):
        self.fake = FakeService(answer)
        self.addCleanup(self.fake.stop)
        options = {"base_delay": 0.001, "control_center_url": self.fake.url + "/cc", **options}
        return ProvisioningClient(self.fake.url, "a-token", **options)

    def test_the_generated_module_is_current(self):
        self.assertEqual(generate.TARGET.read_text("utf-8"), generate.generate(), STALE)

    def test_the_generated_event_types_are_current(self):
        self.assertEqual(generate.EVENT_TYPES.read_text("utf-8"), generate.generate_event_types(), STALE)
        self.assertEqual(list(EVENT_TYPES), generate.event_types())

    def test_the_generated_reference_is_current(self):
        self.assertEqual(generate.REFERENCE.read_text("utf-8"), generate.generate_reference(), STALE)

    def test_has_a_method_for_every_operation_of_the_documents(self):
        client = self.client(lambda *_: data([]))
        for service, (_, file), base in zip(
            (client.orchestrator, client.control_center), generate.SERVICES, ("", "/cc")
        ):
            document = json.loads((generate.OPENAPI / file).read_text("utf-8"))
            for method, path, operation in generate.operations(document):
                parameters = re.findall(r"{(\w+)}", path)
                arguments = {parameter: ID for parameter in parameters}
                if "requestBody" in operation:
                    arguments["body"] = {}
                getattr(service, generate.snake(operation["operationId"]))(**arguments)
                last = self.fake.received[-1]
                expected = base + re.sub(r"{\w+}", ID, path)
                self.assertEqual((last["method"], last["path"]), (method.upper(), expected))
                self.assertEqual(last["headers"]["Authorization"], "Bearer a-token")

    def test_returns_the_envelope_of_the_example_also_for_an_error(self):
        client = self.client(lambda request, _: data(ID) if request["method"] == "POST" else failure(404, "not_found"))
        self.assertEqual(client.create_server_workflow("production", "config.ncl"), {"success": True, "data": ID})
        expected = {"infra": "production", "settings": "config.ncl", "check_mode": False, "wait": True}
        self.assertEqual(self.fake.received[0]["body"], expected)
        self.assertEqual(client.get_task_status(ID)["error"], "No.")

    def test_retries_with_the_same_idempotency_key(self):
        answers = [failure(429, "rate_limited", **{"Retry-After": "0"}), failure(503, "unavailable"), (0, None, {})]
        client = self.client(lambda _, nth: answers[nth - 1] if nth <= len(answers) else data(ID))
        self.assertEqual(client.orchestrator.create_servers({"infra": "a", "settings": "b"}), ID)
        keys = [request["headers"]["Idempotency-Key"] for request in self.fake.received]
        self.assertEqual((len(keys), len(set(keys))), (4, 1))

    def test_does_not_retry_a_non_idempotent_request(self):
        client = self.client(lambda *_: failure(503, "unavailable"))
        with self.assertRaises(ProvisioningError) as caught:
            client.orchestrator.cancel_task(ID)
        self.assertEqual((caught.exception.status, caught.exception.request_id), (503, "req-1"))
        self.assertEqual(len(self.fake.received), 1)

    def test_an_error_survives_copy_and_pickle(self):
        error = ProvisioningError("No.", 409, "conflict", [{"path": "name", "message": "is taken"}], "req-1", 2.5)
        error.seen = "by the caller"
        for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
            self.assertIs(type(again), ProvisioningError)
            self.assertEqual((str(again), again.args, vars(again)), (str(error), error.args, vars(error)))

    def test_states_that_a_request_without_a_response_may_have_been_executed(self):
        client = self.client(lambda *_: (0, None, {}), retries=0)
        with self.assertRaisesRegex(ProvisioningError, "without a response. The request may have been executed.$"):
            client.orchestrator.cancel_task(ID)
        with self.assertRaisesRegex(ProvisioningError, "without a response.$"):
            client.orchestrator.get_task(ID)

    def test_does_not_retry_after_a_longer_delay_than_allowed(self):
        client = self.client(lambda *_: failure(429, "rate_limited", **{"Retry-After": "60"}))
        with self.assertRaises(ProvisioningError) as caught:
            client.orchestrator.list_tasks()
        self.assertEqual(caught.exception.retry_after, 60)

    def list_of(self, count):
        """A client of a list of that many rows, the newest first, and the rows: any may be deleted."""
        rows = ["%03d" % (count - n) for n in range(count)]

        def answer(request, _):
            address = urlsplit(request["path"])
            if request["method"] == "DELETE":
                rows.remove(address.path.split("/")[-1])
                return data("Deleted")
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            following = [row for row in rows if "after" not in query or row < query["after"]]
            start = int(query.get("offset", 0))
            return data([{"id": row} for row in following[start : start + int(query["limit"])]])

        return self.client(answer), rows

    def paths(self):
        return [request["path"] for request in self.fake.received]

    def test_each_page_starts_after_the_last_item_of_the_previous_one(self):
        client, _ = self.list_of(5)
        ids = [task["id"] for task in pages(client.orchestrator.list_tasks, limit=2, offset=1, status="Failed")]
        self.assertEqual(ids, ["004", "003", "002", "001"])
        expected = ["offset=1", "after=003", "after=001"]
        for path, position in zip(self.paths(), expected):
            self.assertEqual(sorted(urlsplit(path).query.split("&")), sorted([position, "limit=2", "status=Failed"]))

    def test_pages_yield_each_item_while_items_are_deleted(self):
        client, rows = self.list_of(85)
        for policy in pages(client.control_center.list_policies, limit=20):
            client.control_center.delete_policy(policy["id"])
        self.assertEqual(rows, [])

    def test_pages_use_the_cursor_of_the_operation(self):
        item = {"id": "i", "batch_id": "b", "snapshot_id": "s", "seq": 7, "revision": 3}
        client = self.client(lambda _, nth: data([item] if nth % 2 else []))
        for method, arguments, position in [
            (client.orchestrator.list_batches, [], "after=b"),
            (client.orchestrator.list_workflow_snapshots, [ID], "after=s"),
            (client.orchestrator.list_journal, [], "after=7"),
            (client.control_center.list_policy_versions, [ID], "after=3"),
            (client.control_center.list_audit_logs, [], "before=7"),
        ]:
            self.assertEqual(list(pages(method, *arguments, limit=1)), [item])
            self.assertIn(position, urlsplit(self.paths()[-1]).query.split("&"))
        with self.assertRaisesRegex(TypeError, "must be a list method of the client"):
            next(pages(client.orchestrator.get_task, ID))

    def test_waits_and_rejects_an_id_that_would_change_the_path(self):
        states = ["Pending", "Running", "Completed"]

        client = self.client(lambda *_: data({"id": ID, "status": states.pop(0)}))
        self.assertEqual(client.wait_for_task(ID, interval=0.001)["status"], "Completed")
        states.append("Running")
        with self.assertRaises(ProvisioningError) as caught:
            client.wait_for_task(ID, timeout=0)
        self.assertEqual(caught.exception.code, "wait_timeout")
        with self.assertRaises(ValueError):
            client.orchestrator.get_task("..")


class CuttingServer:
    """Answers with bytes as they are given, and then ends the connection, whatever the bytes promised."""

    def __init__(self, answer):
        self.keys = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.rfile.readline()
                headers = {}
                for line in iter(self.rfile.readline, b"\r\n"):
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                self.rfile.read(int(headers.get("content-length", 0)))
                outer.keys.append(headers.get("idempotency-key"))
                self.wfile.write(answer(len(outer.keys)))

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def head(framing, status="200 OK"):
    return ("HTTP/1.1 %s\r\nContent-Type: application/json\r\n%s\r\n\r\n" % (status, framing)).encode()


BODY = json.dumps({"success": True, "data": {"batch_id": ID}}).encode()
WHOLE = head("Content-Length: %d" % len(BODY)) + BODY
CUTS = {
    "before the length that was promised": head("Content-Length: %d" % len(BODY)) + BODY[:-5],
    "before its first byte": head("Content-Length: %d" % len(BODY)),
    "in the middle of a chunk": head("Transfer-Encoding: chunked") + b"%x\r\n" % len(BODY) + BODY[:-5],
    "before its last chunk": head("Transfer-Encoding: chunked") + b"5\r\n" + BODY[:5] + b"\r\n",
    "in its JSON, framed as if it were whole": head("Content-Length: %d" % (len(BODY) - 5)) + BODY[:-5],
}


class CutOffTest(unittest.TestCase):
    def client(self, answer, **options):
        self.cutting = CuttingServer(answer)
        self.addCleanup(self.cutting.stop)
        return ProvisioningClient(self.cutting.url, "a-token", base_delay=0.001, **options)

    def test_an_incomplete_response_is_retried_with_the_same_key(self):
        for how, cut in CUTS.items():
            with self.subTest(how):
                client = self.client(lambda nth: cut if nth < 3 else WHOLE)
                self.assertEqual(client.orchestrator.execute_batch({"name": "b"}), {"batch_id": ID})
                self.assertEqual((len(self.cutting.keys), len(set(self.cutting.keys))), (3, 1))
                self.assertRegex(self.cutting.keys[0], "^[0-9a-f-]{36}$")

    def test_a_non_idempotent_request_is_sent_once(self):
        for how, cut in CUTS.items():
            with self.subTest(how):
                client = self.client(lambda _: cut)
                with self.assertRaises(ProvisioningError) as caught:
                    client.orchestrator.cancel_task(ID)
                self.assertEqual((caught.exception.status, caught.exception.code), (0, "network_error"))
                expected = r"closed the connection during its response\. The request may have been executed\.$"
                self.assertRegex(str(caught.exception), expected)
                self.assertEqual(len(self.cutting.keys), 1)

    def test_an_error_with_an_incomplete_body_keeps_its_status(self):
        client = self.client(lambda _: head("Content-Length: 99", "404 Not Found") + b'{"suc')
        with self.assertRaises(ProvisioningError) as caught:
            client.orchestrator.get_task(ID)
        self.assertEqual((caught.exception.status, caught.exception.code), (404, "http_404"))


SECRET = "webhook-secret-of-ours"
NOW = 1758880800
SIGNED = '{"event":"task.completed","timestamp":"2025-09-26T10:00:00Z","data":{"output":"fertig – ja","n":1e21}}'


def body_of(secret=SECRET, signed=SIGNED):
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    return '%s,"signature":"sha256=%s"}' % (signed[:-1], mac)


def headers_of(body, key):
    mac = hmac.new(key, ("msg_1.%d.%s" % (NOW, body)).encode(), hashlib.sha256).digest()
    signature = "v1,AAAA v1," + base64.b64encode(mac).decode()
    return {"Webhook-Id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": signature}


class WebhookTest(unittest.TestCase):
    def test_accepts_a_valid_signature(self):
        body = body_of()
        self.assertEqual(verify_webhook(body.encode(), {}, SECRET, now=NOW)["event"], "task.completed")
        verify_webhook(body, {}, ["a-new-secret", SECRET], now=NOW)
        verify_webhook(body, headers_of(body, SECRET.encode()), SECRET, now=NOW)
        prefixed = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
        verify_webhook(body, headers_of(body, b"0123456789abcdef01234567"), prefixed, now=NOW)

    def test_rejects_an_invalid_signature(self):
        body = body_of()
        for given, headers, now in [
            (body_of("another"), {}, NOW),
            (body.replace("fertig", "kaputt"), {}, NOW),
            (SIGNED, {}, NOW),
            (body, headers_of(body, b"another"), NOW),
            (body, {}, NOW + 301),
            (body, {}, NOW - 301),
            ("null", {}, NOW),
        ]:
            with self.subTest(given=given, headers=headers, now=now):
                with self.assertRaises(ProvisioningError) as caught:
                    verify_webhook(given, headers, SECRET, now=now)
                self.assertEqual(caught.exception.code, "webhook_invalid")
        with self.assertRaises(ValueError):
            verify_webhook(body, {}, "", now=NOW)


if __name__ == "__main__":
    unittest.main()
