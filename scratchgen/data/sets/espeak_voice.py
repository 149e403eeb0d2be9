"""The voice of eSpeak NG, which speaks given phones and says where each of them ends."""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.data.files.pcm import FULL_SCALE
from scratchgen.data.phones import PAUSE, Alignment
from scratchgen.errors import BadInput, NotInstalled

VOICE, RATE = "en-us", 22_050  # the rate of the library
# ARPAbet ↦ eSpeak's mnemonics; an unstressed vowel may have another one
MNEMONICS = {
    "AA": "A:", "AE": "a", "AH": "V", "AO": "O:", "AW": "aU", "AY": "aI", "B": "b", "CH": "tS", "D": "d", "DH": "D",
    "EH": "E", "ER": "3:", "EY": "eI", "F": "f", "G": "g", "HH": "h", "IH": "I", "IY": "i:", "JH": "dZ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "N", "OW": "oU", "OY": "OI", "P": "p", "R": "r", "S": "s", "SH": "S",
    "T": "t", "TH": "T", "UH": "U", "UW": "u:", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "Z",
    "AH0": "@", "ER0": "3", "IY0": "i", PAUSE: "_:",
}  # fmt: skip
STRESS = {"0": "", "1": "'", "2": ","}
LINKING = (
    "r-",
    "r",
    ";",
)  # sounds that the voice inserts between vowels: they count as part of the phone before
JOINED = 1 / 3  # the share of an r or l in the time that it has together with its vowel
SILENCE = "_"  # the beginning of the names of pauses

# of the library's header speak_lib.h, which these names follow
SYNCHRONOUS, PHONEME_EVENTS, DONT_EXIT = 2, 0x0001, 0x8000
UTF8, PHONEMES = 1, 0x100
LIST_TERMINATED, PHONEME = 0, 7


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def mnemonic(phone: str) -> str:
    """eSpeak's name of an ARPAbet phone: "AH0" ↦ "@", "OW1" ↦ "'oU".   Raises BadInput for any other name."""
    bare = phone.rstrip("012")
    found = MNEMONICS.get(phone) or MNEMONICS.get(bare)
    if found is None:
        raise BadInput(
            f"{phone!r} is no phone of ARPAbet; it has {', '.join(p for p in MNEMONICS if p != PAUSE)}"
        )
    return STRESS[phone[len(bare) :] or "0"] + found


def speak(utterances: Sequence[Sequence[Sequence[str]]]) -> list[tuple[np.ndarray, Alignment] | None]:
    """Speak utterances: words of ARPAbet phones, or PAUSE alone in place of a word.

    → the samples (N,) int16 at `RATE` Hz and their alignment; None for an utterance whose phones the voice changed.

    The noise of the voice depends on everything that it said before, so that the same list gives the same sounds only
    in a new process, in which they are made here.
    Raises BadInput for an unknown phone, and NotInstalled without the package espeakng-loader.
    Source: eSpeak NG, a formant synthesiser after Klatt (1980).
    """
    import subprocess  # a browser, where this module is imported too, has none

    library()
    lines = [[[mnemonic(phone) for phone in word] for word in words] for words in utterances]
    command = [sys.executable, "-P", "-c", f"from {__name__} import child; child()"]
    done = subprocess.run(command, input=json.dumps(lines).encode(), capture_output=True, check=False)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise BadInput(f"the voice of eSpeak NG failed ({reason}); install espeakng-loader again")
    header, _, samples = done.stdout.partition(b"\n")
    sound, start, spoken = np.frombuffer(samples, "<i2"), 0, []
    for words, (length, ends) in zip(utterances, json.loads(header), strict=True):
        x, start = sound[start : start + length], start + length
        phones = tuple(phone for word in words for phone in word)
        spoken.append(None if ends is None else (x, Alignment((*phones, PAUSE), np.array(ends, np.int64))))
    return spoken


def library() -> tuple[str, str]:
    """The paths of the library and of its data.   Raises NotInstalled without the package espeakng-loader."""
    try:
        import espeakng_loader
    except ImportError:
        raise NotInstalled(
            "the voice that is learned from needs eSpeak NG, which is not installed; `pip install espeakng-loader`"
        ) from None
    return espeakng_loader.get_library_path(), espeakng_loader.get_data_path()


def child() -> None:
    """Speak the mnemonics on standard input; write their lengths and ends as a line of JSON, and then the samples."""
    voice, found, sounds = _Voice(), [], []
    for words in json.load(sys.stdin):
        samples, events = voice.say(words)
        ends = _ends([phone for word in words for phone in word], events, len(samples))
        found.append((len(samples), ends))
        sounds.append(samples)
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
    for samples in sounds:
        sys.stdout.buffer.write(samples.astype("<i2").tobytes())


def _ends(phones: list[str], events: list[tuple[str, int]], N: int) -> list[int] | None:
    """The sample after each phone and after the pause at the end; None where the voice left out or added a phone.

    events    (mnemonic, first sample) of each phone that was spoken
    """
    starts: list[int] = []
    for name, sample in events:
        wanted = phones[len(starts)] if len(starts) < len(phones) else None
        is_pause = name.startswith(SILENCE)
        if wanted is None:
            if is_pause and len(starts) == len(phones):
                starts.append(sample)  # the pause at the end; later ones continue it
            elif not is_pause and name not in LINKING:
                return None
        elif wanted.startswith(SILENCE) == is_pause and (name == wanted or name not in LINKING):
            starts.append(sample)
        elif not (name in LINKING or is_pause):
            return None
    if len(starts) != len(phones) + 1:
        return None
    for i in range(1, len(phones)):
        if starts[i] == starts[i + 1]:  # an r or l that the voice joins with the vowel before it
            starts[i] -= round(JOINED * (starts[i] - starts[i - 1]))
    ends = [*starts[1:], N]
    return ends if all(start < end for start, end in zip(starts, ends, strict=True)) else None


class _Voice:
    """The library with a voice, in this process. Its answers come by a callback, in pieces."""

    def __init__(self) -> None:
        path, data = library()
        self._library: Any = ctypes.CDLL(path)
        options = PHONEME_EVENTS | DONT_EXIT
        if self._library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), options) != RATE:
            raise BadInput(f"the library does not speak at {RATE} Hz")
        self._callback = _Callback(self._receive)  # kept: the library has only its address
        self._library.espeak_SetSynthCallback(self._callback)
        if self._library.espeak_SetVoiceByName(VOICE.encode()):
            raise BadInput(f"it has no voice {VOICE}")
        self._pieces: list[np.ndarray] = []
        self._events: list[tuple[str, int]] = []

    def say(self, words: list[list[str]]) -> tuple[np.ndarray, list[tuple[str, int]]]:
        """The samples (N,) int16, and the name and the first sample of each phone."""
        self._pieces, self._events = [], []
        text = "[[" + " ".join("|".join(word) for word in words) + "]]"
        content = text.encode() + b"\0"
        size, flags = ctypes.c_size_t(len(content)), UTF8 | PHONEMES
        self._library.espeak_Synth(content, size, 0, 1, 0, flags, None, None)
        return np.concatenate([*self._pieces, np.zeros(0, np.int16)]), self._events

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        for event in events:
            if event.type == LIST_TERMINATED:
                break
            if event.type == PHONEME:
                self._events.append((event.id.string.decode(errors="replace"), event.sample))
        return 0


def as_sound(samples: np.ndarray) -> np.ndarray:
    """Samples of 16 bits as numbers in [−1, 1), (N,) float32."""
    return samples.astype(np.float32) / FULL_SCALE
