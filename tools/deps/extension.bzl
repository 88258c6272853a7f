"""What MODULE.bazel calls: the libraries of deps.bzl as a module extension."""

load(":deps.bzl", "bindery_libraries")

def _installed_libraries_impl(_ctx):
    bindery_libraries(modern_bazel = True)

installed_libraries = module_extension(implementation = _installed_libraries_impl)
