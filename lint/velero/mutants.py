#!/usr/bin/env python3
"""Mutation test of the backup plan: is each decision step caught by a test when it is switched off?

Every guard `if (condition)` of the simulation's sources is a mutant: with the condition taken for false, some unit test
or conformance case must fail. All mutants are compiled at once; the environment variable VLINT_MUTANT chooses the one
that is off, so that a mutant costs a test run and no build.

    lint/velero/mutants.py                        all steps, with the unit tests
    lint/velero/mutants.py --cases cases.json     with the conformance cases of that file too
    lint/velero/mutants.py fs_backup.cpp          the steps of some sources

Prints each survivor with its place, then the counts. Exit code 1 when a mutant survives that is not excused: behind the
guard's line stands a comment `// mutant: why no test can tell`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutants"
HEADER = """#pragma once
#include <cstdlib>
inline bool vlint_mutant_is_off(int id) {
  static const int off = [] {
    const char* text = std::getenv("VLINT_MUTANT");
    return text == nullptr ? -1 : std::atoi(text);
  }();
  return id == off;
}
"""
# Reading of text, tests, and what compares with other programs: no steps of the decision.
NO_STEPS = re.compile(r"(_test|conformance.*|server_flags|embedded_yaml|version|chart_version|world|evidence)\.cpp$")


def closing(text, start):
    """The index behind the parenthesis that closes the one at `start`; None when strings make it unclear."""
    depth = 0
    at = start
    while at < len(text):
        c = text[at]
        if c in "\"'":
            end = at + 1
            while text[end] != c:
                end += 2 if text[end] == "\\" else 1
            at = end
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def is_plain(condition):
    """Whether the condition declares nothing."""
    return ";" not in condition and not re.search(r"[^=!<>]=[^=]", condition)


def mutate(path, first, mutants):
    """Rewrites a source so that each of its guards can be switched off, and adds (place, excuse) by number to `mutants`."""
    text = path.read_text()
    out = []
    at = 0
    for match in re.finditer(r"^\s*(?:\} else )?if \(", text, re.MULTILINE):
        begin = match.end() - 1
        end = closing(text, begin)
        if end is None or begin < at or not is_plain(text[begin:end]):
            continue
        line_end = text.index("\n", end)
        excuse = re.search(r"// mutant: (.*)", text[begin:line_end])
        out.append(text[at:begin] + f"(!vlint_mutant_is_off({first}) && {text[begin:end]})")
        at = end
        line = text.count("\n", 0, begin) + 1
        condition = " ".join(text[begin + 1 : end - 1].split())
        mutants[first] = (f"{path.name}:{line}: if ({condition})", excuse.group(1) if excuse else None)
        first += 1
    path.write_text("".join(out) + text[at:])


def build(sources):
    """Copies the tree, mutates the sources, builds; answers with the mutants."""
    tree = WORK / "src"
    shutil.rmtree(tree, ignore_errors=True)
    ignored = shutil.ignore_patterns("build", ".git")
    shutil.copytree(ROOT, tree, ignore=ignored, symlinks=True)
    header = WORK / "mutant.h"
    header.write_text(HEADER)
    mutants = {}
    # A thousand numbers a source, so that a change of one leaves the others as a compiler cache knows them.
    for index, path in enumerate(sorted((tree / "lint" / "velero").glob("*.cpp"))):
        if not NO_STEPS.search(path.name) and (not sources or path.name in sources):
            mutate(path, 1000 * index, mutants)
    flags = f"-O1 -w -include {header}"
    subprocess.run(["cmake", "-S", tree, "-B", WORK / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                    f"-DCMAKE_CXX_FLAGS={flags}"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", WORK / "build", "--target", "vlint_velero_test", "vlint-conformance"], check=True,
                   stdout=subprocess.DEVNULL)
    return mutants


def outcome(program, arguments, mutant):
    """What a run prints last and its exit code; a crash or a hang is an outcome like any other."""
    environment = dict(os.environ, VLINT_MUTANT=str(mutant))
    try:
        run = subprocess.run([WORK / "build" / "bin" / program, *arguments], env=environment, capture_output=True,
                             timeout=120)
    except subprocess.TimeoutExpired:
        return "timeout"
    return run.returncode, run.stdout.splitlines()[-1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", help="names of sources, such as fs_backup.cpp")
    parser.add_argument("--cases", help="cases for `vlint-conformance velero`")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    mutants = build(options.sources)
    programs = [("vlint_velero_test", ["--no-colors"])]
    if options.cases:
        programs.append(("vlint-conformance", ["velero", os.path.abspath(options.cases)]))
    sound = [outcome(program, arguments, -1) for program, arguments in programs]

    def is_caught(mutant):
        return any(outcome(program, arguments, mutant) != expected
                   for (program, arguments), expected in zip(programs, sound))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        caught = list(pool.map(is_caught, mutants))
    survivors = [place for (place, excuse), is_dead in zip(mutants.values(), caught) if not is_dead and excuse is None]
    excused = sum(1 for (_, excuse), is_dead in zip(mutants.values(), caught) if not is_dead and excuse is not None)
    for place in survivors:
        print(f"SURVIVED {place}")
    print(f"{sum(caught)} caught, {len(survivors)} survived, {excused} excused")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
