"""Where every external dependency comes from: the one file to change.

Today each library is the one that the distribution installed (packages
libabsl-dev, libprotobuf-dev, protobuf-compiler, libgtest-dev, libgmock-dev,
libbenchmark-dev); nothing is downloaded. All labels are the upstream ones, so
building against upstream sources means replacing a call below, for instance

    http_archive(
        name = "com_google_absl",
        urls = ["https://github.com/abseil/abseil-cpp/archive/....tar.gz"],
        sha256 = "...",
        strip_prefix = "abseil-cpp-20220623.1",
    )

and no BUILD file changes. (Abseil's sources also want a `platforms` repository
that knows `@platforms//cpu:wasm32`.)

A workspace that uses bindery calls bindery_deps() after its own declarations:
a name that is already taken is left alone.
"""

load(":abseil.bzl", "installed_abseil")
load(":libraries.bzl", "installed_library")
load(":protobuf.bzl", "installed_protobuf")
load(":rule_sets.bzl", "builtin_rule_set", "installed_rule_set")

def bindery_deps():
    """Everything a WORKSPACE needs."""
    _rule_sets()
    bindery_libraries()

def bindery_libraries(modern_bazel = False):
    """The libraries alone; with modules, rule sets come from elsewhere.

    Args:
      modern_bazel: whether attribute names that Bazel 4 does not know are used.
    """
    _maybe(installed_abseil, name = "com_google_absl")
    _maybe(
        installed_protobuf,
        name = "com_google_protobuf",
        modern_bazel = modern_bazel,
    )
    _maybe(
        installed_library,
        name = "com_google_googletest",
        package = "libgtest-dev and libgmock-dev",
        include = ["gtest", "gmock"],
        targets = {
            "gtest": ["-lgmock", "-lgtest", "-lpthread"],
            "gtest_main": ["-lgmock_main"],
        },
        deps = {"gtest_main": ["gtest"]},
    )
    _maybe(
        installed_library,
        name = "com_github_google_benchmark",
        package = "libbenchmark-dev",
        include = ["benchmark"],
        targets = {
            "benchmark": ["-lbenchmark", "-lpthread"],
            "benchmark_main": ["-lbenchmark_main"],
        },
        deps = {"benchmark_main": ["benchmark"]},
    )

def _rule_sets():
    """Stops Bazel 4 from downloading the rules that its own tools load."""
    _maybe(builtin_rule_set, name = "rules_cc", language = "cc")
    _maybe(builtin_rule_set, name = "rules_java", language = "java")
    _maybe(builtin_rule_set, name = "rules_proto", language = "proto")
    _maybe(builtin_rule_set, name = "rules_python", language = "python")
    _maybe(builtin_rule_set, name = "remote_coverage_tools", language = "coverage")

    # Bazel 7 loads these two for its Java toolchains; Debian ships them.
    _maybe(installed_rule_set, name = "bazel_skylib", path = "/usr/share/bazel/tools/skylib")
    _maybe(installed_rule_set, name = "rules_license", path = "/usr/share/bazel/rules/license")

def _maybe(rule, name, **kwargs):
    # A module extension has its names to itself, and no existing_rule().
    if not hasattr(native, "existing_rule") or not native.existing_rule(name):
        rule(name = name, **kwargs)
