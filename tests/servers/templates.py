"""Compiled templates, kept for the whole run: every test that builds an application would compile them anew."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_compiled: dict[str, bytes] = {}


class CompiledTemplates(BytecodeCache):
    """Keeps bytecode in memory; Jinja names it by the template's file and source, so a changed one is another."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in _compiled:
            bucket.bytecode_from_string(_compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        _compiled[bucket.key] = bucket.bytecode_to_string()
