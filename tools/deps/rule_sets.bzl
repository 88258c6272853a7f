"""Repositories of build rules that need no network.

`@bazel_tools` loads rules from repositories that Bazel 4 would fetch from
github.com. A builtin_rule_set has the same file names and re-exports the rules
that are compiled into Bazel.
"""

# Language -> the .bzl file upstream users load, and the rules it offers.
_CONTENTS = {
    "cc": ("cc/defs.bzl", [
        "cc_binary",
        "cc_import",
        "cc_library",
        "cc_proto_library",
        "cc_shared_library",
        "cc_test",
        "cc_toolchain",
        "cc_toolchain_alias",
        "cc_toolchain_suite",
        "fdo_prefetch_hints",
        "fdo_profile",
        "objc_import",
        "objc_library",
    ]),
    "coverage": (None, []),
    "java": ("java/defs.bzl", [
        "java_binary",
        "java_import",
        "java_library",
        "java_lite_proto_library",
        "java_package_configuration",
        "java_plugin",
        "java_proto_library",
        "java_runtime",
        "java_test",
        "java_toolchain",
    ]),
    "proto": ("proto/defs.bzl", ["proto_lang_toolchain", "proto_library"]),
    "python": ("python/defs.bzl", ["py_binary", "py_library", "py_test"]),
}

_PUBLIC = "package(default_visibility = [\"//visibility:public\"])\n"

# Targets that @bazel_tools refers to, by package.
_TARGETS = {
    "cc": {"cc": [
        "alias(name = \"toolchain_type\", actual = \"@bazel_tools//tools/cpp:toolchain_type\")",
        "alias(name = \"current_cc_toolchain\", actual = \"@bazel_tools//tools/cpp:current_cc_toolchain\")",
    ]},
    "coverage": {"": [
        "filegroup(name = \"coverage_report_generator\")",
        "filegroup(name = \"lcov_merger\")",
    ]},
}

def _write_package(ctx, package, targets):
    path = package + "/BUILD" if package else "BUILD"
    ctx.file(path, _PUBLIC + "\n".join(targets) + "\n")

def _builtin_rule_set_impl(ctx):
    language = ctx.attr.language
    bzl, rules = _CONTENTS[language]
    targets = _TARGETS.get(language, {})
    ctx.file("WORKSPACE", "workspace(name = %r)\n" % ctx.name)
    _write_package(ctx, "", targets.get("", []))
    if bzl:
        package = bzl.split("/")[0]
        _write_package(ctx, package, targets.get(package, []))

        # A rule that this Bazel does not have becomes None, not an error.
        ctx.file(bzl, "".join([
            "{0} = getattr(native, \"{0}\", None)\n".format(rule)
            for rule in rules
        ]))

builtin_rule_set = repository_rule(
    implementation = _builtin_rule_set_impl,
    attrs = {"language": attr.string(values = sorted(_CONTENTS.keys()))},
    local = True,
)

def _installed_rule_set_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = %r)\n" % ctx.name)
    source = ctx.path(ctx.attr.path)
    if not source.exists:
        ctx.file("BUILD", "")
        return
    for entry in source.readdir():
        if not entry.basename.startswith("WORKSPACE"):
            ctx.symlink(entry, entry.basename)

installed_rule_set = repository_rule(
    implementation = _installed_rule_set_impl,
    attrs = {"path": attr.string(doc = "A folder; an absent one gives an empty repository.")},
    local = True,
)
