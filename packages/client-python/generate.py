"""Writes operations.py and event_types.py of src/provisioning_client and docs/reference/python-client.md from the OpenAPI
documents.

`npm run generate` runs it.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

HERE = Path(__file__).resolve().parent
OPENAPI = HERE.parent / "contracts" / "openapi"
REFERENCE = HERE.parent.parent / "docs" / "reference" / "python-client.md"
PACKAGE = HERE / "src" / "provisioning_client"
TARGET = PACKAGE / "operations.py"
EVENT_TYPES = PACKAGE / "event_types.py"
SERVICES = [("Orchestrator", "orchestrator.json"), ("ControlCenter", "control-center.json")]
METHODS = ("get", "post", "put", "delete")

HEADER = '''"""Every operation of both services. Written by generate.py from the OpenAPI documents: do not edit."""

from typing import Any, Callable, Dict, List, Optional

from .paging import reads_on_by

Json = Any
Call = Callable[..., Json]
'''


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def python_type(schema: Dict[str, Any]) -> str:
    kinds = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    return kinds.get(schema.get("type", ""), "str")


def operations(document: Dict[str, Any]) -> Iterator[Tuple[str, str, Dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            # /metrics and /ws are not operations of the contract: their responses have no envelope.
            if "operationId" in item.get(method, {}) and is_enveloped(item[method]):
                yield method, path, item[method]


def is_enveloped(operation: Dict[str, Any]) -> bool:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            schema = response.get("content", {}).get("application/json", {}).get("schema", {})
            return "success" in schema.get("properties", {})
    return False


def resolve(document: Dict[str, Any], node: Dict[str, Any]) -> Dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node


def method_source(document: Dict[str, Any], method: str, path: str, operation: Dict[str, Any]) -> str:
    parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    in_path = [p for p in parameters if p["in"] == "path"]
    in_query = [p for p in parameters if p["in"] == "query"]
    idempotent = any(p["in"] == "header" and p["name"].lower() == "idempotency-key" for p in parameters)
    has_body = "requestBody" in operation

    arguments: List[str] = ["self"] + ["%s: str" % p["name"] for p in in_path]
    if has_body:
        arguments.append("body: Dict[str, Any]")
    keywords = ["%s: Optional[%s] = None" % (safe(p["name"]), python_type(resolve(document, p["schema"]))) for p in in_query]
    if keywords:
        arguments += ["*"] + keywords
    query = ", ".join('"%s": %s' % (p["name"], safe(p["name"])) for p in in_query)
    values = ", ".join('"%s": %s' % (p["name"], p["name"]) for p in in_path)
    call = ['"%s"' % method.upper(), '"%s"' % path]
    if values:
        call.append("path={%s}" % values)
    if query:
        call.append("query={%s}" % query)
    if has_body:
        call.append("body=body")
    if idempotent:
        call.append("idempotent=True")
    cursor = operation.get("x-cursor")
    lines = [
        *(['    @reads_on_by("%s", "%s")' % (cursor["parameter"], cursor["member"])] if cursor else []),
        "    def %s(" % snake(operation["operationId"]),
        *["        %s," % argument for argument in arguments],
        "    ) -> Json:",
        '        """%s."""' % operation["summary"].rstrip("."),
        "        return self._call(",
        *["            %s," % part for part in call],
        "        )",
    ]
    return "\n".join(lines)


def safe(name: str) -> str:
    return name + "_" if name in ("from", "to") else name


def generate() -> str:
    parts = [HEADER]
    for name, file in SERVICES:
        document = json.loads((OPENAPI / file).read_text("utf-8"))
        methods = [method_source(document, *operation) for operation in operations(document)]
        head = 'class %sOperations:\n    """Each method returns the `data` of the envelope."""\n\n' % name
        head += "    def __init__(self, call: Call) -> None:\n        self._call = call"
        parts.append("\n" + "\n\n".join([head, *methods]) + "\n")
    return "\n".join(parts)


def event_types() -> List[str]:
    document = json.loads((OPENAPI / "orchestrator.json").read_text("utf-8"))
    types: List[str] = document["components"]["schemas"]["EventType"]["enum"]
    return types


def generate_event_types() -> str:
    lines = ['    "%s",' % name for name in event_types()]
    return "\n".join(
        [
            '"""The types of events of `/ws` and `/events`. Written by generate.py: do not edit."""',
            "",
            "EVENT_TYPES = (",
            *lines,
            ")",
            "",
        ]
    )


REFERENCE_HEADER = """<!-- Written by packages/client-python/generate.py from the contract. Do not edit. -->

# Reference: the Python client

The method of every operation of both services. Each returns the `data` of the envelope or raises `ProvisioningError`.
Guide: [how-to/use-the-sdks.md](../how-to/use-the-sdks.md).
"""


EVENT_TYPES_SECTION = """## `EVENT_TYPES`

The types of events that `client.orchestrator.follow_events` accepts as `event_types`, separated by commas. Their data:
[how-to/follow-events.md](../how-to/follow-events.md).

"""


def reference_entry(document: Dict[str, Any], attribute: str, method: str, path: str, operation: Dict[str, Any]) -> str:
    parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    arguments = [p["name"] for p in parameters if p["in"] == "path"]
    if "requestBody" in operation:
        arguments.append("body")
    arguments += ["%s=None" % safe(p["name"]) for p in parameters if p["in"] == "query"]
    about = [operation["summary"].rstrip(".") + ".", operation.get("description", "")]
    call = "client.%s.%s(%s)" % (attribute, snake(operation["operationId"]), ", ".join(arguments))
    return "### `%s`\n\n`%s %s`: %s\n" % (call, method.upper(), path, " ".join(filter(None, about)))


def generate_reference() -> str:
    parts = [REFERENCE_HEADER]
    for name, file in SERVICES:
        document = json.loads((OPENAPI / file).read_text("utf-8"))
        attribute = snake(name)
        parts.append("## `client.%s`\n" % attribute)
        parts += [reference_entry(document, attribute, *operation) for operation in operations(document)]
    parts.append(EVENT_TYPES_SECTION + "\n".join("- `%s`" % name for name in event_types()) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(generate(), "utf-8")
    EVENT_TYPES.write_text(generate_event_types(), "utf-8")
    REFERENCE.write_text(generate_reference(), "utf-8")
    sys.stdout.write("%s, %s and %s are written.\n" % (TARGET.name, EVENT_TYPES.name, REFERENCE.name))
