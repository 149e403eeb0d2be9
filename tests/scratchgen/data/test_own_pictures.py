"""A folder of pictures as people have them: every format and depth has its right values, and changes are said."""

import io
import os
import struct
import zlib

import numpy as np
import pytest

from scratchgen.data import load_any, load_images
from scratchgen.errors import BadInput

Image = pytest.importorskip("PIL.Image")

PARTS = ("train", "validation", "test")
everything = lambda data: np.concatenate([getattr(data, part) for part in PARTS])
labels_of = lambda data: np.concatenate([getattr(data, f"{part}_labels") for part in PARTS])


def save_all(folder, image, n=12, ending="png", **options):
    """n copies of a picture, or the pictures that a function makes of their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        (image(i) if callable(image) else image).save(folder / f"{i:02}.{ending}", **options)
    return folder


def only(data):
    """The picture (H, W, C) of which all are copies."""
    x = everything(data)
    assert (x == x[0]).all() and x.dtype == np.float32
    return x[0].reshape(data.image_shape)


def lines(data, label="changed"):
    return [text for found, text in data.report.lines() if found == label]


def refused(folder, *words, **options):
    with pytest.raises(BadInput) as caught:
        load_images(folder, **options)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def png(values, bits, colour_type, extra=b""):
    """A PNG by its specification: Pillow writes no 16 bits per colour.   values (H, W, C), big-endian when stored"""
    chunk = lambda kind, data: (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )
    H, W = values.shape[:2]
    rows = values.astype(">u2" if bits == 16 else "u1")
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", W, H, bits, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


def write_all(folder, content, n=12, ending="png"):
    for i in range(n):
        (folder / f"{i:02}.{ending}").write_bytes(content)
    return folder


RGB = np.array([[[10, 20, 30], [200, 0, 255]], [[0, 0, 0], [255, 255, 255]]], np.uint8)
GREYS = np.array([[0, 51], [102, 255]], np.uint8)

# --- depths, colours and formats ----------------------------------------------------------------------------


def test_sixteen_bits_of_grey_are_kept(tmp_path):
    deep = np.array([[0, 1, 257], [4096, 40_000, 65_535]], np.uint16)
    data = load_any(write_all(tmp_path, png(deep[:, :, None], 16, 0)))
    np.testing.assert_array_equal(only(data)[:, :, 0], (deep / 65535).astype(np.float32))
    assert lines(data) == ["12 of 16 bits, all of which are kept"]
    assert lines(data, "values") == ["0 … 65,535 → 0 … 1"]


@pytest.mark.parametrize("ending", ["tif", "tiff"])
def test_sixteen_bits_of_a_tiff_are_kept_in_either_byte_order(ending, tmp_path):
    deep = np.array([[0, 300], [20_000, 65_535]], np.uint16)
    for order in ("<u2", ">u2"):
        image = Image.frombytes("I;16" if order == "<u2" else "I;16B", (2, 2), deep.astype(order).tobytes())
        data = load_images(save_all(tmp_path, image, ending=ending))
        np.testing.assert_array_equal(only(data)[:, :, 0], (deep / 65535).astype(np.float32))


@pytest.mark.parametrize(("colour_type", "C"), [(2, 3), (6, 4), (4, 2)])
def test_sixteen_bits_per_colour_are_read_with_eight_and_it_is_said(colour_type, C, tmp_path):
    deep = np.full((2, 2, C), 65_535, np.uint16)
    deep[0, 0, 0] = 0x80FF
    data = load_images(write_all(tmp_path, png(deep, 16, colour_type)))
    assert only(data)[0, 0, 0] == np.float32(0x80 / 255)
    assert "12 of 16 bits per colour, read with 8" in lines(data)


def test_sixteen_bits_per_colour_of_a_tiff_are_said_too(tmp_path):
    # one strip of 1 × 1 pixels with three numbers of 16 bits
    tags = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 3, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 14)]
    tags += [(277, 3, 1, 3), (278, 3, 1, 1), (279, 4, 1, 6)]
    values = struct.pack("<3H", 16, 16, 16) + struct.pack("<3H", 0x80FF, 0, 0xFFFF)
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    content = b"II*\0" + struct.pack("<I", 8 + len(values)) + values + directory
    data = load_images(write_all(tmp_path, content, ending="tif"))
    assert only(data).ravel().tolist() == [np.float32(0x80 / 255), 0, 1]
    assert "12 of 16 bits per colour, read with 8" in lines(data)


def test_sixteen_bits_per_colour_of_a_portable_pixmap_are_said_too(tmp_path):
    data = load_images(write_all(tmp_path, b"P6 1 1 65535\n\x80\x40\0\0\xff\xff", ending="ppm"))
    assert only(data).ravel().tolist() == [np.float32(0x80 / 255), 0, 1]
    assert lines(data) == ["12 of 16 bits per colour, read with 8"]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("white_is_zero", [False, True])
def test_a_tiff_whose_zero_is_white_is_turned_round(white_is_zero, bits, tmp_path):
    tags = [
        (256, 3, 1, 2),
        (257, 3, 1, 1),
        (258, 3, 1, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 0 if white_is_zero else 1),
    ]
    tags += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 1), (279, 4, 1, bits // 4)]
    values = struct.pack("<2H", 0, 65_535) if bits == 16 else bytes([0, 255, 0, 0])
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    data = load_images(
        write_all(tmp_path, b"II*\0" + struct.pack("<I", 12) + values + directory, ending="tif")
    )
    assert only(data).ravel().tolist() == ([1, 0] if white_is_zero else [0, 1])


def test_floats_in_the_unit_interval_are_kept_and_others_are_refused(tmp_path):
    x = np.array([[0, 0.25], [0.7, 1]], np.float32)
    data = load_images(save_all(tmp_path, Image.fromarray(x), ending="tif"))
    np.testing.assert_array_equal(only(data)[:, :, 0], x)
    assert lines(data, "values") == ["0 … 1"]
    for bad, word in ((255 * x, "0 … 255"), (x - 1, "-1 … 0"), (x * np.nan, "nan")):
        save_all(tmp_path, Image.fromarray(bad), ending="tif")
        refused(tmp_path, "12 of 12 pictures cannot be read", f"its values are {word}", "floats are 0 … 1")


def test_whole_numbers_of_more_than_sixteen_bits_are_refused(tmp_path):
    save_all(tmp_path, Image.fromarray(np.array([[0, 70_000]], np.int32)), ending="tif")
    refused(tmp_path, "its values are 0 … 70000", "8 or 16 bits")


def test_one_two_and_four_bits_are_spread_over_the_whole_range(tmp_path):
    for bits, stored, expected in ((1, 0b01000000, [0, 1]), (2, 0b01110000, [1 / 3, 1]), (4, 0x3F, [0.2, 1])):
        content = png(np.array([[[stored]]], np.uint8), bits, 0)
        content = content.replace(struct.pack(">II", 1, 1), struct.pack(">II", 2, 1))
        header = content[12:29]
        content = content[:29] + struct.pack(">I", zlib.crc32(header)) + content[33:]
        data = load_images(write_all(tmp_path, content))
        np.testing.assert_allclose(only(data).ravel(), expected, atol=1e-7)
    assert not lines(data)


def test_black_and_white_is_grey(tmp_path):
    data = load_images(save_all(tmp_path, Image.fromarray(GREYS).convert("1")))
    assert data.image_shape == (2, 2, 1) and set(only(data).ravel()) <= {0, 1} and not lines(data)


@pytest.mark.parametrize("ending", ["png", "webp", "bmp", "tif", "gif", "ppm", "ico"])
def test_colours_are_exact_in_every_format_without_loss(ending, tmp_path):
    big = np.repeat(np.repeat(RGB, 8, 0), 8, 1)  # an icon has 16 pixels at least
    options = {"webp": {"lossless": True}, "ico": {"sizes": [(16, 16)]}}.get(ending, {})
    save_all(tmp_path, Image.fromarray(big), ending=ending, **options)
    data = load_images(tmp_path)
    np.testing.assert_array_equal(only(data), (big / 255).astype(np.float32))
    assert data.image_shape == (16, 16, 3) and lines(data, "read") == ["12 pictures of 16 × 16, in colour"]


def test_a_palette_is_resolved_and_its_transparent_colour_laid_on_the_background(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    np.testing.assert_array_equal(only(load_images(save_all(tmp_path, image))), [[[1, 0, 0], [0, 0, 1]]])
    data = load_images(save_all(tmp_path, image, transparency=1))
    np.testing.assert_array_equal(only(data), [[[1, 0, 0], [1, 1, 1]]])
    assert lines(data) == ["12 transparent, laid on white"]


def test_colours_of_print_are_converted_and_it_is_said(tmp_path):
    data = load_images(save_all(tmp_path, Image.new("CMYK", (8, 8), (0, 255, 255, 0)), ending="jpg"))
    assert lines(data) == ["12 converted from the colours of print (CMYK)"]
    assert only(data)[4, 4] == pytest.approx([1, 0, 0], abs=0.02)


@pytest.mark.parametrize(("ending", "n"), [("gif", 3), ("tif", 2), ("png", 2), ("webp", 2)])
def test_of_several_frames_the_first_is_taken_and_it_is_said(ending, n, tmp_path):
    frames = [Image.fromarray(np.full((4, 4), 60 * k + 50, np.uint8)) for k in range(n)]
    options = {"lossless": True} if ending == "webp" else {}
    for i in range(12):
        path = tmp_path / f"{i}.{ending}"
        frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    data = load_images(tmp_path)
    assert (only(data) == np.float32(50 / 255)).all()
    assert "12 with several frames, of which the first is taken" in lines(data)


def test_every_orientation_that_a_camera_notes_is_turned_upright(tmp_path):
    upright = np.zeros((8, 16, 3), np.uint8)
    upright[:4, :8] = 255
    turns = {  # how a camera stores the upright picture for each value of the tag (EXIF 2.32, 4.6.4 A)
        2: lambda x: x[:, ::-1], 3: lambda x: x[::-1, ::-1], 4: lambda x: x[::-1], 5: lambda x: x.swapaxes(0, 1),
        6: lambda x: np.rot90(x, 1), 7: lambda x: x[::-1, ::-1].swapaxes(0, 1), 8: lambda x: np.rot90(x, -1),
    }  # fmt: skip
    for i in range(14):
        exif, k = Image.Exif(), i % 7 + 2
        exif[0x0112] = k
        Image.fromarray(np.ascontiguousarray(turns[k](upright))).save(tmp_path / f"{i}.png", exif=exif)
    data = load_images(tmp_path)
    np.testing.assert_array_equal(only(data)[:, :, 0] * 255, upright[:, :, 0])
    assert "14 turned upright, as the camera noted" in lines(data)


# --- transparency -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_black_on_transparent_is_laid_on_white_or_on_the_chosen_colour(mode, tmp_path):
    layers = np.zeros((2, 2, len(mode)), np.uint8)
    layers[0, 0, -1], layers[0, 1, -1] = 255, 51  # opaque, a fifth, and twice nothing of black
    folder = save_all(tmp_path, Image.fromarray(layers, mode))
    data = load_images(folder)
    np.testing.assert_allclose(only(data).ravel(), [0, 0.8, 1, 1], atol=1 / 255)
    assert data.image_shape == (2, 2, 1) and lines(data)[0] == "12 transparent, laid on white"
    red = load_images(folder, background="red")
    np.testing.assert_allclose(only(red).reshape(4, 3)[:, 0], [0, 0.8, 1, 1], atol=1 / 255)
    assert red.image_shape == (2, 2, 3) and not only(red)[:, :, 1:].any()
    assert load_images(folder, background="#ff0000").train.tolist() == red.train.tolist()
    refused(folder, "'whiet' is no colour", "#rrggbb", background="whiet")


def test_grey_with_transparency_is_not_said_to_be_in_colour(tmp_path):
    data = load_images(save_all(tmp_path, Image.fromarray(np.full((2, 2, 2), 128, np.uint8), "LA")))
    assert lines(data) == ["12 transparent, laid on white"]


def test_an_opaque_picture_with_an_alpha_channel_is_not_changed(tmp_path):
    opaque = np.concatenate([RGB, np.full((2, 2, 1), 255, np.uint8)], axis=2)
    data = load_images(save_all(tmp_path, Image.fromarray(opaque)))
    np.testing.assert_array_equal(only(data), (RGB / 255).astype(np.float32))
    assert not lines(data)


def test_the_transparent_level_of_sixteen_bits_is_laid_on_the_background(tmp_path):
    chunk = struct.pack(">I", 2) + b"tRNS" + struct.pack(">H", 7)
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    content = png(np.array([[[7], [9]]], np.uint16), 16, 0, chunk)
    data = load_images(write_all(tmp_path, content))
    assert only(data).ravel().tolist() == [1, np.float32(9 / 65535)]
    assert "12 transparent, laid on white" in lines(data)


# --- channels -----------------------------------------------------------------------------------------------


def test_channels_are_as_stored_grey_or_colour(tmp_path):
    grey, coloured = Image.fromarray(GREYS), Image.fromarray(RGB)
    mixed = save_all(tmp_path / "mixed", lambda i: coloured if i % 2 else grey)
    data = load_images(mixed)
    assert data.image_shape == (2, 2, 3) and lines(data) == [
        "6 stored in grey, now with three equal channels"
    ]
    found = {tuple(np.rint(255 * x).astype(int)) for x in everything(data)}
    assert found == {tuple(np.repeat(GREYS.ravel(), 3)), tuple(RGB.ravel())}
    greys = save_all(tmp_path / "grey", grey)
    data = load_images(greys, channels="colour")
    np.testing.assert_array_equal(only(data), np.repeat(GREYS[:, :, None] / np.float32(255), 3, 2))
    stored = save_all(tmp_path / "stored", grey.convert("RGB"))
    data = load_images(stored)
    np.testing.assert_array_equal(only(data)[:, :, 0], GREYS / np.float32(255))
    assert lines(data) == ["12 stored in colour but all grey, now with one channel"]
    refused(greys, "channels are as stored, grey, colour, not 'gray'", channels="gray")


def test_grey_is_the_brightness_of_the_television_standard(tmp_path):
    data = load_images(save_all(tmp_path, Image.fromarray(RGB)), channels="grey")
    expected = RGB @ np.array([0.299, 0.587, 0.114]) / 255
    np.testing.assert_allclose(only(data)[:, :, 0], expected, atol=0.5 / 255 + 1e-6)


# --- sizes --------------------------------------------------------------------------------------------------


def test_pictures_of_several_sizes_are_refused_with_the_option_that_scales_them(tmp_path):
    sizes = [(8, 8), (10, 6), (8, 8), (8, 8)]
    folder = save_all(tmp_path, lambda i: Image.new("L", sizes[i % 4], 10 * i))
    refused(folder, "pictures of 2 sizes (9 of 8 × 8; 01.png differs)", "--size 8", "shorter side", "middle")
    data = load_images(folder, size=8)
    assert data.image_shape == (8, 8, 1)
    assert sorted(everything(data).mean(axis=1) * 255) == pytest.approx([10 * i for i in range(12)])
    assert lines(data) == ["3 scaled to 8 × 8, the middle of the longer side"]


def test_scaling_cuts_the_middle_of_the_longer_side_and_means_over_pixels(tmp_path):
    wide = np.zeros((4, 12), np.uint8)
    wide[:, :4], wide[:, 8:] = 255, 255  # the outer thirds are white
    data = load_images(save_all(tmp_path, Image.fromarray(wide)), size=4)
    assert not only(data).any()
    stripes = np.tile(
        np.array([0, 255], np.uint8), (64, 32)
    )  # finer than the new pixels: grey, neither of both
    data = load_images(save_all(tmp_path, Image.fromarray(stripes)), size=8)
    assert only(data)[:, 1:-1] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_an_edge_of_sixteen_bits_or_floats_is_scaled_and_stays_in_the_range(ending, tmp_path):
    deep = np.zeros((16, 16), np.uint16)
    deep[:, 8:] = 65_535
    image = Image.fromarray(deep if ending == "png" else deep.astype(np.float32) / 65535)
    for size in (8, 24):
        x = only(load_images(save_all(tmp_path, image, ending=ending), size=size))[:, :, 0]
        assert x.min() == 0 and x.max() == 1 and x[:, 0].max() < 0.01 and x[:, -1].min() > 0.99
        assert (np.diff(x, axis=1) >= 0).all()  # what is beyond black and white does not wrap round


# --- damaged files, other files, folders --------------------------------------------------------------------


def noise(i):
    return Image.fromarray(np.random.default_rng(i).integers(0, 256, (4, 4), dtype=np.uint8))


def test_all_damaged_files_are_named_at_once_and_can_be_left_out(tmp_path):
    folder = save_all(tmp_path, noise, 24)
    whole = (folder / "05.png").read_bytes()
    damages = {"02": b"", "05": whole[:40], "09": b"<html>", "11": b"GIF89a", "99": b"no picture"}
    for name, content in damages.items():
        (folder / f"{name}.png").write_bytes(content)
    names = [f"{name}.png" for name in damages]
    refused(folder, "5 of 25 pictures cannot be read", *names, "repair or remove them", "--skip-bad")
    data = load_images(folder, skip_bad=True)
    assert len(everything(data)) == 20 and sorted(data.report.bad) == names
    (line,) = lines(data, "left out")
    assert line.startswith("5 (cannot be read): ") and all(name in line for name in names)


def test_too_few_good_files_among_bad_ones_are_refused(tmp_path):
    folder = save_all(tmp_path, noise, 12)
    for i in range(3):
        (folder / f"{i:02}.png").write_bytes(b"")
    refused(folder, "9 pictures can be read; at least 10", skip_bad=True)


@pytest.mark.parametrize("ending", ["jpg", "PNG", "JPEG", "gif", "dat", ""])
def test_files_are_known_by_their_content_whatever_their_names_say(ending, tmp_path):
    save_all(tmp_path, lambda i: Image.fromarray(RGB), ending="webp", lossless=True)
    for file in list(tmp_path.iterdir()):
        file.rename(file.with_suffix(f".{ending}" if ending else ""))
    data = load_any(tmp_path)
    np.testing.assert_array_equal(only(data), (RGB / 255).astype(np.float32))
    assert data.report.found == {"WebP": 12}


def test_other_files_are_counted_and_named_and_hidden_ones_are_not(tmp_path):
    folder = save_all(tmp_path, noise)
    (folder / "notes.txt").write_text("two lines\nof text")
    (folder / "labels.csv").write_text("1,2\n3,4\n")
    (folder / ".DS_Store").write_bytes(b"\0\1")
    (folder / "Thumbs.db").write_bytes(b"\0\1")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "00.png").write_bytes(b"\0")
    data = load_any(folder)
    assert lines(data, "ignored") == ["1 (CSV, no pictures): labels.csv", "1 (text, no pictures): notes.txt"]
    assert lines(data, "found") == ["12 PNG"]


def test_a_heic_of_a_telephone_is_named_as_what_it_is(tmp_path):
    folder = save_all(tmp_path, noise)
    (folder / "a.heic").write_bytes(struct.pack(">I", 24) + b"ftypheic" + bytes(12))
    assert lines(load_any(folder), "ignored") == ["1 (HEIC, no pictures): a.heic"]


def test_links_are_followed_and_what_is_no_file_is_named(tmp_path):
    real = save_all(tmp_path / "real", noise)
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "cat").symlink_to(real, target_is_directory=True)
    (folder / "dog").mkdir()
    for file in real.iterdir():
        (folder / "dog" / file.name).symlink_to(file)
    (folder / "dog" / "again").symlink_to(folder, target_is_directory=True)  # without end
    (folder / "dog" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(folder / "dog" / "pipe.png")  # reading it would wait for ever
    data = load_any(folder)
    assert data.class_names == ("cat", "dog") and np.bincount(labels_of(data)).tolist() == [12, 12]
    assert lines(data, "ignored") == ["2 (neither a file nor a link to one): dog/gone.png, dog/pipe.png"]


def test_names_with_control_characters_are_escaped(tmp_path):
    folder = save_all(tmp_path, noise)
    (folder / "a\x1b[31m\n.png").write_bytes(b"")
    (folder / os.fsdecode(b"\xff.txt")).write_text("no picture")
    refused(folder, r"1 of 13 pictures cannot be read: a\x1b[31m\n.png (")
    (folder / "a\x1b[31m\n.png").unlink()
    assert lines(load_any(folder), "ignored") == [r"1 (text, no pictures): \udcff.txt"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    """Root may read everything: the error of the operating system is planted."""
    folder = save_all(tmp_path / "pictures", noise)
    (folder / "secret").mkdir()
    scandir = os.scandir

    def denied(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    refused(folder, "secret cannot be read (Permission denied); change its permissions")


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    import builtins

    folder, there = save_all(tmp_path, noise), builtins.open

    def denied(path, *arguments, **options):
        if str(path).endswith("03.png"):
            raise PermissionError(13, "Permission denied", str(path))
        return there(path, *arguments, **options)

    monkeypatch.setattr(builtins, "open", denied)
    refused(folder, "1 of 12 pictures cannot be read: 03.png (Permission denied)")


# --- classes and parts --------------------------------------------------------------------------------------


def shades(folder, start, n):
    """n pictures, each of one shade: start, start + 1, …"""
    return save_all(folder, lambda i: Image.new("L", (2, 2), start + i), n)


def shade(rows):
    return sorted(np.rint(255 * rows[:, 0]).astype(int).tolist())


def test_folders_are_classes_by_their_names_and_each_class_is_split_by_itself(tmp_path):
    shades(tmp_path / "dog", 100, 20)
    shades(tmp_path / "a cat, 猫", 0, 10)
    data = load_any(tmp_path)
    assert data.class_names == ("a cat, 猫", "dog") and data.classes == 2
    assert ("classes", "a cat, 猫, dog") in data.report.lines()
    for part, counts in zip(PARTS, ([8, 16], [1, 2], [1, 2]), strict=True):
        x, k = getattr(data, part), getattr(data, f"{part}_labels")
        assert np.bincount(k).tolist() == counts
        assert ((x[:, 0] * 255 > 99) == (k == 1)).all()  # labels stay with their pictures
    assert lines(data, "split") == ["80/10/10 at random, each class by itself"]


def test_pictures_beside_class_folders_are_named_and_the_classes_kept(tmp_path):
    shades(tmp_path / "cat", 0, 12), shades(tmp_path / "dog", 100, 12)
    Image.new("L", (2, 2)).save(tmp_path / "stray.png")
    data = load_any(tmp_path)
    assert data.class_names == ("cat", "dog") and np.bincount(labels_of(data)).tolist() == [12, 12]
    assert lines(data, "ignored") == ["1 (next to the class folders): stray.png"]


def test_folders_within_a_class_and_around_all_classes_have_no_meaning(tmp_path):
    for name, start in (("cat", 0), ("dog", 100)):
        for k in range(2):
            shades(tmp_path / "photos" / "all" / name / f"{k}", start + 20 * k, 6)
    data = load_any(tmp_path)
    assert data.class_names == ("cat", "dog")
    assert ((everything(data)[:, 0] * 255 > 99) == (labels_of(data) == 1)).all()


def test_one_folder_alone_is_no_class(tmp_path):
    shades(tmp_path / "cat", 0, 12)
    data = load_any(tmp_path)
    assert data.class_names == () and data.train_labels is None and len(everything(data)) == 12


def test_a_class_of_a_single_file_is_refused(tmp_path):
    shades(tmp_path / "cat", 0, 12), shades(tmp_path / "dog", 100, 1)
    refused(tmp_path, "class 'dog' has a single file", "give more, or remove it")


SPELLINGS = [
    ("train", "val", "test"),
    ("Train", "Valid", "Test"),
    ("TRAINING", "validation", "TESTING"),
    ("training_set", "dev", "test_set"),
    ("train-images", "val-images", "test-images"),
    ("trainset", "valset", "testset"),
]


@pytest.mark.parametrize("names", SPELLINGS)
@pytest.mark.parametrize("around", ["", "pictures"])
def test_a_given_split_is_kept_in_every_spelling(names, around, tmp_path):
    starts = dict(zip(PARTS, (0, 100, 200), strict=True))
    for name, start in zip(names, starts.values(), strict=True):
        (
            shades(tmp_path / around / name / "cat", start, 10),
            shades(tmp_path / around / name / "dog", start + 10, 10),
        )
    data = load_any(tmp_path)
    assert data.class_names == ("cat", "dog")
    for part, start in starts.items():
        assert shade(getattr(data, part)) == list(range(start, start + 20))
        assert np.bincount(getattr(data, f"{part}_labels")).tolist() == [10, 10]
    assert lines(data, "split") == ["given by the folders: train 20, validation 20, test 20"]


def test_a_part_that_is_not_given_is_a_tenth_of_training_of_each_class_and_it_is_said(tmp_path):
    for name, start in (("cat", 0), ("dog", 50)):
        shades(tmp_path / "train" / name, start, 20), shades(tmp_path / "test" / name, start + 100, 24)
    data = load_any(tmp_path)
    assert shade(data.test) == [*range(100, 124), *range(150, 174)]
    assert shade(np.concatenate([data.train, data.validation])) == [*range(20), *range(50, 70)]
    assert np.bincount(data.validation_labels).tolist() == [2, 2]
    (line,) = lines(data, "split")
    assert line == "given by the folders: train 40, test 48; validation: 4 of the training part, at random"


def test_files_and_folders_beside_the_parts_are_named_and_left_out(tmp_path):
    for part, start in (("train", 0), ("test", 100)):
        shades(tmp_path / part / "cat", start, 12), shades(tmp_path / part / "dog", start + 20, 12)
    shades(tmp_path / "unlabelled", 200, 3)
    Image.new("L", (2, 2)).save(tmp_path / "preview.png")
    data = load_any(tmp_path)
    assert data.class_names == ("cat", "dog") and len(everything(data)) == 48
    assert lines(data, "ignored") == [
        "4 (next to the folders of the parts): preview.png, unlabelled/00.png, unlabelled/01.png, unlabelled/02.png"
    ]


def test_classes_that_are_called_like_a_part_alone_are_classes(tmp_path):
    shades(tmp_path / "train", 0, 12), shades(tmp_path / "plane", 100, 12)
    assert load_any(tmp_path).class_names == ("plane", "train")


def test_a_class_without_a_training_example_is_refused(tmp_path):
    for name in ("train/cat", "train/dog", "test/cat", "test/dog", "test/bird"):
        shades(tmp_path / name, 0, 12)
    refused(tmp_path, "class 'bird' has no example in the training part")


def test_a_split_that_leaves_a_part_empty_is_refused(tmp_path):
    shades(tmp_path / "train", 0, 5), shades(tmp_path / "test", 100, 12)
    refused(tmp_path, "5 examples leave a part of 80% / 10% / 10% empty")


@pytest.mark.parametrize("empty", ["test", "train"])
@pytest.mark.parametrize("note", [False, True])
def test_the_folder_of_a_part_without_pictures_is_no_reason_to_split_the_others_at_random(
    empty, note, tmp_path
):
    full = {"test": "train", "train": "test"}[empty]
    shades(tmp_path / full, 0, 20), (tmp_path / empty / "cat").mkdir(parents=True)
    if note:
        (tmp_path / empty / "note.txt").write_text("to be filled")
    refused(
        tmp_path, f"folders of parts test, train, but there are no pictures in {empty}; fill or remove it"
    )


def test_an_empty_folder_of_another_name_or_without_a_training_folder_changes_nothing(tmp_path):
    shades(tmp_path / "cat", 0, 12), shades(tmp_path / "dog", 100, 12)
    (tmp_path / "test").mkdir(), (tmp_path / "notes").mkdir()
    assert load_any(tmp_path).class_names == ("cat", "dog")


def test_options_that_have_no_meaning_for_pictures_are_refused(tmp_path):
    folder = save_all(tmp_path, noise)
    refused(folder, "--image-shape has no meaning for pictures; leave it out", image_shape="4,4")
    refused(folder, "--encoding has no meaning for pictures; leave it out", encoding="latin-1")
    refused(folder, "size must be a whole number of at least 0, not -1", size=-1)


def test_without_loss_means_the_same_picture_as_pillow_gives(tmp_path):
    """The reader and Pillow's own conversion agree on pictures of noise in every mode without transparency."""
    rng = np.random.default_rng(0)
    for mode, C in (("L", 1), ("RGB", 3)):
        x = rng.integers(0, 256, (5, 7, C), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(x[:, :, 0] if C == 1 else x).save(buffer, "PNG")
        found = only(load_images(write_all(tmp_path, buffer.getvalue())))
        np.testing.assert_array_equal(np.rint(found * 255).astype(np.uint8), x, err_msg=mode)
