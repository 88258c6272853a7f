"""Tests made of scenario files; usable from other workspaces too.

    load("@bindery//scenarios:defs.bzl", "binder_scenario_suite")

    binder_scenario_suite(
        name = "protocol",
        scenarios = glob(["*.textproto"]),
        golden = "golden.json",
    )

A test passes when `bindery` exits with 0, so a scenario that expects a violation
passes when it is found. A failed test leaves the traces of its failures in
test.outputs/ of its Bazel test log folder.

Golden counts: `golden` is one file for a whole suite; `bindery explore
--golden=FILE` compares the states and transitions that it holds for the
scenario, and the options and model version that made them, with those found.
To write what was found into the source tree:

    bazel run //scenarios/protocol:protocol_update_goldens

`args`, `size`, `timeout`, `tags` and `flaky` mean what they mean in every test;
`args` are further flags of the command.
"""

def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"

def _scenario_test_impl(ctx):
    words = [ctx.executable._runner.short_path, ctx.executable.program.short_path, ctx.attr.command]
    words.append(ctx.file.golden.short_path if ctx.file.golden else "")
    words.append(str(len(ctx.files.scenarios)))
    words += [f.short_path for f in ctx.files.scenarios] + ctx.attr.flags
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        output = script,
        content = "#!/bin/sh\nexec %s \"$@\"\n" % " ".join([_quoted(w) for w in words]),
        is_executable = True,
    )
    files = ctx.files.scenarios + ctx.files.data + ctx.files.golden + ctx.files._runner
    runfiles = ctx.runfiles(files = files)
    for tool in [ctx.attr._runner, ctx.attr.program]:
        runfiles = runfiles.merge(tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

_scenario_test = rule(
    implementation = _scenario_test_impl,
    test = True,
    attrs = {
        "command": attr.string(values = ["run", "explore"]),
        "data": attr.label_list(
            allow_files = True,
            doc = "Files that the scenarios import.",
        ),
        "flags": attr.string_list(),
        "golden": attr.label(allow_single_file = True),
        "program": attr.label(
            cfg = "target",
            default = "//tools/bindery",
            executable = True,
        ),
        "scenarios": attr.label_list(
            allow_empty = False,
            allow_files = [".textproto"],
            mandatory = True,
        ),
        "_runner": attr.label(
            allow_single_file = True,
            cfg = "target",
            default = "//tools/build_rules:scenario_runner.sh",
            executable = True,
        ),
    },
)

def binder_scenario_test(name, scenario, **kwargs):
    """Runs one scenario as written: `bindery run SCENARIO ARGS`.

    Args:
      name: of the test.
      scenario: a .textproto file, or a list of them.
      **kwargs: `args`, `data`, and the attributes that every test has. With a
        list of scenarios, `shard_count` spreads them over so many processes.
    """
    _test(name, "run", scenario, None, kwargs)

def binder_explore_test(name, scenario, golden = None, **kwargs):
    """Explores all interleavings of a scenario: `bindery explore SCENARIO ARGS`.

    Args:
      name: of the test.
      scenario: a .textproto file, or a list of them.
      golden: the file with the counts that must be found; without it only the
        verdict counts.
      **kwargs: as for binder_scenario_test.
    """
    _test(name, "explore", scenario, golden, kwargs)

def binder_scenario_suite(
        name,
        scenarios,
        golden = None,
        run_only = [],
        run_args = [],
        explore_args = [],
        **kwargs):
    """Runs and explores each scenario, in tests named after its file.

    For a.textproto: NAME_a_run and NAME_a_explore. NAME is a test_suite of all;
    with `golden`, NAME_update_goldens is there for `bazel run`.

    Args:
      name: of the test_suite, and the beginning of all others.
      scenarios: .textproto files.
      golden: see binder_explore_test.
      run_only: those of the scenarios that are too large to explore.
      run_args: flags of every `bindery run`.
      explore_args: flags of every `bindery explore`.
      **kwargs: the attributes that every test has, and `data`.
    """
    tests = []
    for scenario in scenarios:
        stem = name + "_" + _stem(scenario)
        binder_scenario_test(name = stem + "_run", scenario = scenario, args = run_args, **kwargs)
        tests.append(stem + "_run")
        if scenario in run_only:
            continue
        binder_explore_test(name = stem + "_explore", scenario = scenario, golden = golden, args = explore_args, **kwargs)
        tests.append(stem + "_explore")
    native.test_suite(name = name, tests = tests)
    if golden:
        _update_goldens(name, scenarios, golden, run_only, explore_args, kwargs)

def _update_goldens(name, scenarios, golden, run_only, explore_args, kwargs):
    # Flags of the rule, not `args`: `bazel run` must find them too.
    _scenario_test(
        name = name + "_update_goldens",
        command = "explore",
        data = kwargs.get("data", []),
        flags = explore_args + ["--update_goldens"],
        golden = golden,
        scenarios = [s for s in scenarios if s not in run_only],
        tags = ["manual"],
    )

def _test(name, command, scenario, golden, kwargs):
    attributes = dict(kwargs)
    attributes.setdefault("size", "small")
    flags = attributes.pop("args", [])
    _scenario_test(
        name = name,
        command = command,
        flags = flags,
        golden = golden,
        scenarios = scenario if type(scenario) == "list" else [scenario],
        **attributes
    )

def _stem(scenario):
    file = scenario.split(":")[-1]
    if file.endswith(".textproto"):
        file = file[:-len(".textproto")]
    return file.replace("/", "_")
