"""Presents a library that the distribution installed as a Bazel repository.

Headers are reached through symlinks to the system include directory, libraries
through linker options. Nothing is downloaded.
"""

BUILD_HEADER = """load("@rules_cc//cc:defs.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])
"""

_PREFIXES = ["/usr", "/usr/local"]

def link_headers(ctx, folders, package):
    """Makes include/<folder> in the repository for each of `folders`.

    Args:
      ctx: the repository context.
      folders: paths below an include directory, such as "absl".
      package: what to install when a folder is not there.
    """
    for folder in folders:
        source = _first_existing(ctx, ["%s/include/%s" % (p, folder) for p in _PREFIXES])
        if not source:
            fail("no include directory holds %s: install %s" % (folder, package))
        ctx.symlink(source, "include/" + folder)

def library_dirs(ctx):
    """Where this machine may keep libraries, the likeliest first."""
    dirs = []
    for name in ["gcc", "cc", "clang"]:
        compiler = ctx.which(name)
        if compiler:
            answer = ctx.execute([compiler, "-print-multiarch"])
            if answer.return_code == 0 and answer.stdout.strip():
                dirs.append("/usr/lib/" + answer.stdout.strip())
                break
    for prefix in _PREFIXES:
        dirs += [prefix + "/lib64", prefix + "/lib"]
    return dirs

def cc_library_text(name, linkopts = [], deps = [], headers = False):
    """The text of one cc_library; with `headers` it owns include/**."""
    lines = ["cc_library(", "    name = \"%s\"," % name]
    if headers:
        lines.append("    hdrs = glob([\"include/**/*.h\", \"include/**/*.inc\"]),")
        lines.append("    includes = [\"include\"],")
    if linkopts:
        lines.append("    linkopts = %r," % linkopts)
    if deps:
        lines.append("    deps = %r," % deps)
    return "\n".join(lines + [")", ""])

def _first_existing(ctx, candidates):
    for candidate in candidates:
        if ctx.path(candidate).exists:
            return candidate
    return None

def _installed_library_impl(ctx):
    link_headers(ctx, ctx.attr.include, ctx.attr.package)
    parts = [BUILD_HEADER, cc_library_text("headers", headers = True)]
    for target, linkopts in ctx.attr.targets.items():
        deps = [":" + d for d in ["headers"] + ctx.attr.deps.get(target, [])]
        parts.append(cc_library_text(target, linkopts, deps))
    ctx.file("WORKSPACE", "workspace(name = %r)\n" % ctx.name)
    ctx.file("BUILD", "\n".join(parts))

installed_library = repository_rule(
    implementation = _installed_library_impl,
    attrs = {
        "deps": attr.string_list_dict(doc = "Target -> other targets that it needs."),
        "include": attr.string_list(doc = "Folders below the include directory."),
        "package": attr.string(doc = "What to install, for the error message."),
        "targets": attr.string_list_dict(doc = "Target -> linker options."),
    },
    local = True,
)
