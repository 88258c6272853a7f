"""Protocol Buffers as installed by the distribution, under upstream labels."""

load(":libraries.bzl", "BUILD_HEADER", "cc_library_text", "link_headers")

# Well-known types -> the ones that they import.
_WELL_KNOWN = {
    "any": [],
    "api": ["source_context", "type"],
    "descriptor": [],
    "duration": [],
    "empty": [],
    "field_mask": [],
    "source_context": [],
    "struct": [],
    "timestamp": [],
    "type": ["any", "source_context"],
    "wrappers": [],
}

_PROTO_LIBRARY = """proto_library(
    name = "{name}_proto",
    srcs = ["include/google/protobuf/{name}.proto"],
    strip_import_prefix = "include",
    deps = {deps},
)
"""

# protoc is the installed program; generated code links the installed library,
# which already holds the well-known types.
_TOOLCHAIN = """filegroup(
    name = "protoc",
    srcs = ["bin/protoc"],
)

proto_lang_toolchain(
    name = "cc_toolchain",
    {excluded} = {well_known},
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf",
)
"""

def _labels(names):
    return [":%s_proto" % n for n in names]

def _build_file(modern_bazel):
    parts = [
        "load(\"@rules_proto//proto:defs.bzl\", \"proto_lang_toolchain\", \"proto_library\")\n" + BUILD_HEADER,
        cc_library_text("headers", headers = True),
        cc_library_text("protobuf", ["-lprotobuf", "-lpthread", "-lz"], [":headers"]),
        cc_library_text("protobuf_lite", ["-lprotobuf-lite", "-lpthread"], [":headers"]),
        _TOOLCHAIN.format(
            excluded = "denylisted_protos" if modern_bazel else "blacklisted_protos",
            well_known = _labels(_WELL_KNOWN.keys()),
        ),
    ]
    for name, imports in _WELL_KNOWN.items():
        parts.append(_PROTO_LIBRARY.format(name = name, deps = _labels(imports)))
    return "\n".join(parts)

def _installed_protobuf_impl(ctx):
    link_headers(ctx, ["google/protobuf"], "libprotobuf-dev")
    protoc = ctx.which("protoc")
    if not protoc:
        fail("protoc is not on the path: install protobuf-compiler")
    ctx.symlink(protoc, "bin/protoc")
    ctx.file("WORKSPACE", "workspace(name = %r)\n" % ctx.name)
    ctx.file("BUILD", _build_file(ctx.attr.modern_bazel))

    # The files that BUILD files load upstream.
    ctx.file("bazel/BUILD", "")
    for rule in ["cc_proto_library", "proto_library"]:
        ctx.file("bazel/%s.bzl" % rule, "{0} = native.{0}\n".format(rule))

installed_protobuf = repository_rule(
    implementation = _installed_protobuf_impl,
    attrs = {"modern_bazel": attr.bool(doc = "Use attribute names of Bazel 7.")},
    local = True,
)
