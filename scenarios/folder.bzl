"""The folders of this project's scenarios."""

load("//scenarios:defs.bzl", "binder_explore_test", "binder_scenario_suite")

def scenario_files():
    """The folder's scenarios as //scenarios/FOLDER:files."""
    native.filegroup(
        name = "files",
        srcs = native.glob(["*.textproto"]),
        visibility = ["//visibility:public"],
    )

def scenario_folder(name, explore_only = [], run_only = []):
    """The folder's scenarios, as files and as a suite with golden counts.

    Args:
      name: of the suite.
      explore_only: those of which other interleavings come to another verdict
        before the search finds the one that they are about; it goes on then.
      run_only: see binder_scenario_suite.
    """
    scenario_files()
    binder_scenario_suite(
        name = name,
        golden = "golden_counts.txt",
        run_only = run_only,
        scenarios = native.glob(["*.textproto"], exclude = explore_only),
    )
    for scenario in explore_only:
        binder_explore_test(
            name = scenario[:-len(".textproto")],
            args = ["--keep_going"],
            scenario = scenario,
        )
