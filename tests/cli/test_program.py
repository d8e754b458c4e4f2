import math
import sys
from pathlib import Path

import pytest

import cnnstudio
from cnnstudio import studio
from cnnstudio.cli import catalogue, main, output, program
from cnnstudio.errors import CnnStudioError


def test_help_names_every_command(run) -> None:
    outcome = run("--help")
    assert (outcome.status, outcome.err) == (0, "")
    assert all(f"\n  {command}" in outcome.out for command in program.COMMANDS)


@pytest.mark.parametrize("command", program.COMMANDS)
def test_every_command_has_help(run, command) -> None:
    outcome = run(command, "--help")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"usage: cnnstudio {command} ") and "--json" in outcome.out


def test_version(run) -> None:
    assert run("--version").out == f"CNN Studio {cnnstudio.__version__}\n"


def test_help_loads_neither_rich_nor_qt() -> None:
    code = (
        "import sys; from cnnstudio.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'rich', 'PySide6'} & sys.modules.keys()"
    )
    import subprocess

    root = str(Path(cnnstudio.__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=root)


@pytest.mark.parametrize("arguments", [["--json"], ["lenet5", "more"], ["trian", "lenet5"]])
def test_what_is_no_command_is_bad_usage(run, arguments) -> None:
    outcome = run(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("cnnstudio: ") and outcome.err.count("\n") == 1


@pytest.fixture
def no_screen(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("arguments", [[], ["lenet5"]])
def test_without_a_screen_one_sentence_names_the_commands(run, no_screen, arguments) -> None:
    outcome = run(*arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.count("\n") == 1 and "screen" in outcome.err
    assert all(command in outcome.err for command in program.COMMANDS)


@pytest.mark.parametrize(
    "screen",
    [("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0"), ("QT_QPA_PLATFORM", "offscreen")],
)
def test_with_a_screen_the_studio_opens(run, no_screen, monkeypatch, screen) -> None:
    opened = []

    def start(arguments: list[str]) -> int:
        opened.append(arguments)
        return 7

    monkeypatch.setattr(studio, "main", start, raising=False)
    monkeypatch.setenv(*screen)
    assert run("lenet5").status == 7
    assert run().status == 7
    assert opened == [["lenet5"], []]


def test_an_unknown_design_opens_no_window(run) -> None:
    outcome = run("lenet6")
    assert outcome.status == 1 and "lenet5" in outcome.err


def test_missing_libraries_of_qt_are_named(run, monkeypatch) -> None:
    monkeypatch.delattr(cnnstudio, "studio", raising=False)
    monkeypatch.setitem(sys.modules, "cnnstudio.studio", None)
    outcome = run()
    assert outcome.status == 1
    assert "cnnstudio.studio" in outcome.err and "gradcheck" in outcome.err


def failing(error: BaseException):
    def run(options: object) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (CnnStudioError("is wrong", "here", "mend it"), 1, "here: is wrong; mend it"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 1, "there is not enough memory"),
    ],
)
def test_errors_become_sentences(run, monkeypatch, error, status, sentence) -> None:
    monkeypatch.setattr(catalogue, "run", failing(error))
    outcome = run("templates")
    assert (outcome.status, outcome.out) == (status, "")
    assert outcome.err.startswith(f"cnnstudio: {sentence}") and outcome.err.count("\n") == 1


def test_an_unexpected_error_is_logged(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(catalogue, "run", failing(ZeroDivisionError("a trace of it")))
    for times in (1, 2):
        outcome = run("templates", "--json")
        log = tmp_path / "home" / "cnnstudio.log"
        assert outcome.status == 1 and str(log) in outcome.err
        assert "Traceback" not in outcome.err and outcome.err.count("\n") == 1
        text = log.read_text()
        assert text.count("ZeroDivisionError: a trace of it") == times
        assert "cnnstudio templates --json" in text


def test_a_log_that_cannot_be_written_is_not_promised(run, monkeypatch, tmp_path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    monkeypatch.setattr(catalogue, "run", failing(ZeroDivisionError()))
    outcome = run("templates")
    assert outcome.status == 1
    assert outcome.err == "cnnstudio: an unexpected error stopped the program (ZeroDivisionError)\n"


def test_nothing_is_written_while_nothing_fails(run, tmp_path) -> None:
    assert run("templates").status == 0
    assert not (tmp_path / "home").exists()


def test_numbers_that_json_lacks_become_null(capsys) -> None:
    output.write_json(a=math.nan, b=[math.inf, {"c": -math.inf}], d=(1, 2.5), e=None, f=True)
    assert capsys.readouterr().out == (
        '{"a": null, "b": [null, {"c": null}], "d": [1, 2.5], "e": null, "f": true}\n'
    )


def test_a_poor_encoding_spoils_characters_only(start) -> None:
    process = start("summary", "lenet5", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "61,706" in out and "6?28?28" in out


def test_the_arguments_of_the_process_are_the_default(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["cnnstudio", "datasets", "--json"])
    assert main() == 0
    assert '"mnist5k"' in capsys.readouterr().out
