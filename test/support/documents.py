"""What guest-attest prints with --json: read, and held against the schema of its command (handler/docs/schema)."""
import functools
import json
import pathlib
import re

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent.parent / "handler/docs/schema"


def closed(schema):
    """Readers must bear new members, so that the schemas allow them. A test must not: a member that no schema has is undocumented."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    ret = {name: part if name in ("enum", "const", "required") else closed(part) for name, part in schema.items()}
    if schema.get("required") and "properties" in schema:
        ret.setdefault("additionalProperties", False)
    return ret


@functools.lru_cache(None)
def validator(command):
    import jsonschema  # here: it makes a test so large that its children's peak of memory is the test's own

    schema = closed(json.loads((SCHEMAS / f"{command}.json").read_text()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@functools.lru_cache(None)
def codes():
    """What goes with each code: name and remedy, as the page of codes has them."""
    table = (SCHEMAS.parent / "codes.md").read_text(encoding="utf-8")
    return {0: (None, None), **{int(row[0]): row[1:] for row in re.findall(r"^\| (\d+) \| `([\w-]+)` \| \d+ \| (.*) \|$", table, re.M)}}


def remedies():
    """By the code's name."""
    return dict(codes().values())


def reasons(part):
    """Every object with a reason in it."""
    if isinstance(part, dict):
        if {"code", "name", "message", "remedy"} <= set(part):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from reasons(inner)


def faults(command, document):
    """What is wrong with it, each with its place."""
    wrong = [f"{command} --json: not as the table of codes has it: {reason}" for reason in reasons(document)
             if (reason["name"], reason["remedy"]) != codes()[reason["code"]]]
    faults = [fault for error in validator(command).iter_errors(document) for fault in [error, *(error.context or ())]]
    return wrong + [f"{command} --json: {'.'.join(map(str, fault.absolute_path))}: {fault.message[:400]}" for fault in faults]


def read(command, text):
    """The document; AssertionError if it is not what the command's schema promises."""
    document = json.loads(text)
    found = faults(command, document)
    assert not found, "\n".join(found)
    return document
