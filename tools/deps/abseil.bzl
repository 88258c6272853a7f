"""Abseil as installed by the distribution, under its upstream labels.

The libraries and their dependencies are read from the pkg-config files. A
target that the installed release does not have gets no label, so that using it
fails at analysis with the name of the target.
"""

load(":libraries.bzl", "BUILD_HEADER", "cc_library_text", "library_dirs", "link_headers")

# Upstream package (below absl/) -> its targets.
_TARGETS = {
    "algorithm": ["algorithm", "container"],
    "base": ["base", "config", "core_headers", "dynamic_annotations", "endian", "log_severity", "no_destructor", "nullability", "prefetch"],
    "cleanup": ["cleanup"],
    "container": ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map", "node_hash_set"],
    "crc": ["crc32c"],
    "debugging": ["failure_signal_handler", "leak_check", "stacktrace", "symbolize"],
    "flags": ["commandlineflag", "config", "flag", "marshalling", "parse", "reflection", "usage"],
    "functional": ["any_invocable", "bind_front", "function_ref", "overload"],
    "hash": ["hash", "hash_testing"],
    "log": ["absl_check", "absl_log", "check", "die_if_null", "flags", "globals", "initialize", "log", "log_sink"],
    "memory": ["memory"],
    "meta": ["type_traits"],
    "numeric": ["bits", "int128"],
    "random": ["bit_gen_ref", "distributions", "random", "seed_sequences"],
    "status": ["status", "status_matchers", "statusor"],
    "strings": ["cord", "str_format", "string_view", "strings"],
    "synchronization": ["synchronization"],
    "time": ["time"],
    "types": ["any", "compare", "optional", "span", "variant"],
    "utility": ["utility"],
}

def _pkgconfig_files(ctx):
    """Library name (without absl_) -> path of its .pc file."""
    for folder in library_dirs(ctx):
        pkgconfig = ctx.path(folder + "/pkgconfig")
        if not ctx.path(folder + "/pkgconfig/absl_base.pc").exists:
            continue
        return {
            f.basename[len("absl_"):-len(".pc")]: f
            for f in pkgconfig.readdir()
            if f.basename.startswith("absl_") and f.basename.endswith(".pc")
        }
    fail("no pkg-config file of Abseil found: install libabsl-dev")

def _field_words(text, field):
    """The words of `Field:` and `Field.private:`, commas taken as blanks."""
    words = []
    for line in text.split("\n"):
        for prefix in [field + ":", field + ".private:"]:
            if line.startswith(prefix):
                words += line[len(prefix):].replace(",", " ").split(" ")
    return [w for w in words if w]

def _library_rule(name, text, known):
    """One installed library as a cc_library named after its .pc file."""
    linkopts = [w for w in _field_words(text, "Libs") if w.startswith("-l") or w == "-pthread"]
    deps = [":headers"]
    for word in _field_words(text, "Requires"):
        needed = word[len("absl_"):] if word.startswith("absl_") else ""
        if needed in known and needed != name and ":pc_" + needed not in deps:
            deps.append(":pc_" + needed)
    return cc_library_text("pc_" + name, linkopts, deps)

def _installed_name(package, target, known):
    """The .pc name of an upstream target, or None.

    Debian names them <package>_<target> where <target> alone would be
    ambiguous; what an old release folds into the main library of the package
    is served by that one.
    """
    for name in [package + "_" + target, target, package]:
        if name in known:
            return name
    return None

def _installed_abseil_impl(ctx):
    link_headers(ctx, ["absl"], "libabsl-dev")
    files = _pkgconfig_files(ctx)
    parts = [BUILD_HEADER, cc_library_text("headers", headers = True)]
    for name in sorted(files.keys()):
        parts.append(_library_rule(name, ctx.read(files[name]), files))
    ctx.file("WORKSPACE", "workspace(name = %r)\n" % ctx.name)
    ctx.file("BUILD", "\n".join(parts))
    for package, targets in _TARGETS.items():
        lines = ["package(default_visibility = [\"//visibility:public\"])"]
        for target in targets:
            name = _installed_name(package, target, files)
            if name:
                lines.append("alias(name = \"%s\", actual = \"//:pc_%s\")" % (target, name))
        ctx.file("absl/%s/BUILD" % package, "\n".join(lines) + "\n")

installed_abseil = repository_rule(implementation = _installed_abseil_impl, local = True)
