"""Hostile and broken files are refused in one sentence, before memory is taken."""

import io
import os
import random
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.data import archive, load
from cnnstudio.errors import DataError

GOOD = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
LABELS = np.arange(6, dtype=np.uint8) % 2


def npy(shape: str, descr: str = "'|u1'", body: bytes = b"", header: str = "") -> bytes:
    text = header or f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"
    raw = text.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + body


def packed(path: Path, images: bytes, method: int = zipfile.ZIP_STORED) -> Path:
    buffer = io.BytesIO()
    np.save(buffer, LABELS)
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("images.npy", images)
        file.writestr("labels.npy", buffer.getvalue())
    return path


def refusal(path: Any) -> str:
    """Load a file that must be refused, without taking more than a little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    assert caught.value.remedy
    return sentence


def test_short_array_that_claims_32_gigabytes(tmp_path: Path) -> None:
    assert "claims to be (8000000000,) float32" in refusal(
        packed(tmp_path / "a.npz", npy("(8000000000,)", "'<f4'", bytes(8)))
    )


def test_directory_that_claims_32_gigabytes_too(tmp_path: Path) -> None:
    images = npy("(8000000000,)", "'<f4'", bytes(8))
    path = packed(tmp_path / "a.npz", images)
    claimed = len(images) - 8 + 32_000_000_000
    data = path.read_bytes()
    entry = data.index(b"PK\x01\x02")
    extra = struct.pack("<HHQQ", 1, 16, claimed, claimed)
    forged = bytearray(data[entry : entry + 46 + len("images.npy")])
    forged[20:28] = b"\xff" * 8
    forged[30:32] = struct.pack("<H", len(extra))
    following = data[entry + len(forged) :]
    end = following.index(b"PK\x05\x06")
    tail = bytearray(following[end:])
    tail[12:16] = struct.pack("<I", len(forged) + len(extra) + end)
    path.write_bytes(data[:entry] + bytes(forged) + extra + following[:end] + bytes(tail))
    assert zipfile.ZipFile(path).getinfo("images.npy").file_size == claimed
    assert "would expand from 32,000,0" in refusal(path)


def test_deflated_bomb(tmp_path: Path) -> None:
    body = bytes(100 << 20)
    path = packed(tmp_path / "a.npz", npy("(100, 1024, 1024)", body=body), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2**20
    assert "would expand" in refusal(path)


def test_small_blank_images_are_no_bomb(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", npy("(6, 500, 500)", body=bytes(1_500_000)), 8)
    assert load(path).shape == (1, 500, 500)


def test_more_memory_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    path = packed(tmp_path / "a.npz", npy("(6, 512, 512)", body=os.urandom(6 << 18)))
    assert "need 6 MiB of memory, more than the 1 MiB allowed" in refusal(path)


def test_endless_array_of_nothing(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", npy("(1000000000000,)", "'<U0'"))
    assert "more than the 2,048 MiB allowed" in refusal(path)


class Trap:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("a pickle was executed",))


def test_pickled_objects_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=np.array([Trap()] * 6, dtype=object), labels=LABELS)
    assert "holds Python objects" in refusal(path)


@pytest.mark.parametrize(
    "images",
    [
        npy("(6, 2, 2)", body=bytes(23)),
        npy("(6, 2, 2)", body=bytes(25)),
        npy("(6, 2, 2)", "[('a', '|u1')]", bytes(24)),
        npy("(6, 2)", "('|u1', (2,))", bytes(24)),
        npy("(True, 64)", body=bytes(64)),
        npy(f"({10**30}, 0)"),
        npy("(0x" + "f" * 9000 + ",)", "'<U0'"),
        npy("(3,)", "'<U0'"),
        npy("", header="(" * 300),
        npy("", header="-" * 9000 + "1"),
        npy("", header="\n  x\n y"),
        npy("", header="'\\ud800'"),
        npy("(6, 2, 2)", body=bytes(24)).replace(b"Y\x01", b"Y\x03"),
        npy("(6, 2, 2)", body=bytes(24)).replace(b"Y\x01", b"Y\x09"),
        b"\x93NUMPY\x01\x00\xff\xff{",
        b"\x93NUM",
        b"cos\nsystem\n",
        b"",
    ],
    ids=range(18),
)
def test_lying_headers(tmp_path: Path, images: bytes) -> None:
    refusal(packed(tmp_path / "a.npz", images))


def test_negative_sizes(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", npy("(-6, -2, 2)", body=bytes(24)))
    assert "claims to be (-6, -2, 2)" in refusal(path)


def test_directory_that_points_behind_the_file(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", npy("(6, 2, 2)", body=bytes(24)))
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 42 : entry + 46] = struct.pack("<I", len(data) - 10)
    path.write_bytes(data)
    assert "damaged or incomplete" in refusal(path)


def test_header_that_claims_gigabytes(tmp_path: Path) -> None:
    images = b"\x93NUMPY\x02\x00" + struct.pack("<I", 60 << 20) + bytes(60 << 20)
    refusal(packed(tmp_path / "a.npz", images, zipfile.ZIP_DEFLATED))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_truncated_files(tmp_path: Path, save: Any) -> None:
    path = tmp_path / "a.npz"
    save(path, images=GOOD, labels=LABELS)
    data = path.read_bytes()
    for length in range(0, len(data) - 1, 7):
        path.write_bytes(data[:length])
        assert "damaged or incomplete" in refusal(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_flipped_bits_are_harmless_or_refused(tmp_path: Path, save: Any) -> None:
    path = tmp_path / "a.npz"
    save(path, images=GOOD, labels=LABELS)
    data, dice = path.read_bytes(), random.Random(1)
    expected = load(path)
    for _ in range(1500):
        broken = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            broken[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(broken)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = load(path)
            except DataError as error:
                assert "cannot be read" not in str(error)
                continue
        assert np.array_equal(found.train.images, expected.train.images)


def test_flipped_pixel_is_noticed(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", npy("(6, 2, 2)", body=GOOD.tobytes()))
    data = path.read_bytes()
    path.write_bytes(data.replace(GOOD.tobytes(), GOOD[::-1].tobytes()))
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(tmp_path: Path, method: int) -> None:
    path = packed(tmp_path / "a.npz", npy("(6, 2, 2)", body=GOOD.tobytes()), method)
    assert "numpy.savez" in refusal(path)


def test_things_that_are_no_npz_files(tmp_path: Path) -> None:
    assert "this is a folder" in refusal(tmp_path)
    assert "no such file" in refusal(tmp_path / "none.npz")
    np.save(tmp_path / "a.npy", GOOD)
    assert "not an .npz file" in refusal(tmp_path / "a.npy")
    (tmp_path / "a.csv").write_text("1,2\n")
    assert "numpy.savez" in refusal(tmp_path / "a.csv")
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000 + ".npz"))
    with pytest.raises(DataError, match=r"not an \.npz file"):
        load("a\0.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    assert "not a regular file" in refusal(tmp_path / "pipe.npz")


def test_forbidden_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.npz", npy("(6, 2, 2)", body=GOOD.tobytes()))

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    assert "may not read" in refusal(path)
