"""Builds the optional Cython kernels; everything else about the package stands in pyproject.toml.

Environment variables:
    SCRATCHGEN_DISABLE_EXT=1    do not compile
    SCRATCHGEN_REQUIRE_EXT=1    a build that fails is an error, not a package without compiled kernels
    SCRATCHGEN_MARCH            the instruction set, for -march= (default: native, the machine's own);
                                empty or "none" for the compiler's own default, as for a package to hand on

No flag here assumes finite values or changes the floating-point mode of the process.
"""

import json
import os
import platform
import sys
import sysconfig
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("kernels/scratchgen_kernels")
# errno and the exception flags of the processor are read by nobody here; without this promise a loop that
# holds a comparison or a square root is not vectorised. Neither flag changes a result.
FLAGS = ["-O3", "-fno-math-errno", "-fno-trapping-math"]
# What one kernel needs besides. Noise has the same bits on every backend only if a · b + c is rounded twice.
FLAGS_OF = {"normal_noise": ["-ffp-contract=off"]}
LINES_KEPT = 15  # of the compiler's output: the error stands at the end


def extensions():
    """One extension for every .pyx, a module of its folder: the kernel, cython_, and the road to it."""
    sources = sorted(PACKAGE.glob("*/*.pyx"))
    shared = [path.as_posix() for path in (*PACKAGE.glob("*/*.pxd"), *PACKAGE.glob("*/*.h"))]  # rebuild all
    names = [f"{PACKAGE.name}.{source.parent.name}.{source.stem}" for source in sources]
    return [
        Extension(name, [source.as_posix()], depends=shared, include_dirs=[source.parent.as_posix()])
        for name, source in zip(names, sources, strict=True)
    ]


def is_set(variable):
    return os.environ.get(variable, "").lower() not in ("", "0", "no", "false")


class BuildKernels(build_ext):
    """Compile the kernels, or write down why there are none."""

    def initialize_options(self):
        super().initialize_options()
        self.parallel = os.cpu_count()  # extensions at a time
        self.cython_c_in_temp = True  # the generated C stays out of the source tree
        self.cython_include_dirs = [str(PACKAGE.parent)]  # where one kernel's .pxd is found by another

    def run(self):
        self.remove_older_builds()
        if is_set("SCRATCHGEN_DISABLE_EXT"):
            self.extensions = []
            self.write_record("disabled", reason="SCRATCHGEN_DISABLE_EXT was set")
            return
        with CapturedOutput() as output:
            failure = self.compile_all()
        if failure is None:
            self.write_record("built")
        else:
            self.give_up(failure, output.lines)

    def give_up(self, failure, output):
        """Go on without compiled kernels, unless they were required."""
        self.remove_older_builds()
        self.extensions = []
        reason = telling_line(output, failure)
        self.write_record("failed", reason=reason, output=output[-LINES_KEPT:])
        if is_set("SCRATCHGEN_REQUIRE_EXT"):
            raise SystemExit(f"SCRATCHGEN_REQUIRE_EXT is set and the kernels do not compile: {reason}")
        print(f"scratchgen: installing without compiled kernels: {reason}", file=sys.stderr)

    def compile_all(self):
        """Build every extension. Returns None, or what went wrong."""
        try:
            import Cython  # noqa: F401
        except ImportError:
            return "Cython is not installed"
        try:
            super().run()
        except (Exception, SystemExit) as error:  # a compiler that is not there ends in either
            return f"{type(error).__name__}: {error}"
        return None

    def build_extensions(self):
        self.flags, self.march = self.compiler_flags()
        for extension in self.extensions:
            own = FLAGS_OF.get(extension.name.split(".")[-2], [])
            extension.extra_compile_args = [*self.flags, *own] if self.flags else []  # none are MSVC's
        super().build_extensions()

    def compiler_flags(self):
        """(flags, march). A default that the compiler rejects is left out, a named one is not."""
        if self.compiler.compiler_type == "msvc":
            return [], None
        march = os.environ.get("SCRATCHGEN_MARCH", "native")
        if march in ("", "none"):
            return FLAGS, None
        if "SCRATCHGEN_MARCH" not in os.environ and not self.accepts(f"-march={march}"):
            return FLAGS, None
        return [*FLAGS, f"-march={march}"], march

    def accepts(self, flag):
        """Whether the compiler takes `flag`, tried on an empty program."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "empty.c")
            source.write_text("int main(void) { return 0; }\n")
            try:
                self.compiler.compile([str(source)], output_dir=folder, extra_postargs=[flag])
            except Exception:
                return False
        return True

    def remove_older_builds(self):
        """Old files must neither be packed nor, after a change of flags, be taken for new ones."""
        folders = [Path(self.build_lib, PACKAGE.name)] + ([PACKAGE] if self.inplace else [])
        for folder in folders:
            for path in folder.glob("*/*" + sysconfig.get_config_var("EXT_SUFFIX")):
                path.unlink()

    def write_record(self, status, reason="", output=()):
        """What ``scratchgen_kernels.build_record`` will read."""
        record = {
            "status": status,
            "reason": reason,
            "output": list(output),
            "flags": getattr(self, "flags", []),
            "march": getattr(self, "march", None),
            "cython": cython_version(),
            "python": platform.python_version(),
        }
        folder = PACKAGE if self.inplace else Path(self.build_lib, PACKAGE.name)
        folder.mkdir(parents=True, exist_ok=True)
        Path(folder, "_build.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def cython_version():
    try:
        from Cython import __version__
    except ImportError:
        return None
    return __version__


def telling_line(output, failure):
    """The compiler's own first error where it gave one, else what was raised."""
    return next((line.strip() for line in output if " error: " in line), failure)


class CapturedOutput:
    """Collect what this process and the compilers it starts write, and pass it on at the end."""

    def __enter__(self):
        self.file = tempfile.TemporaryFile()
        sys.stdout.flush()
        sys.stderr.flush()
        self.saved = os.dup(1), os.dup(2)
        os.dup2(self.file.fileno(), 1)
        os.dup2(self.file.fileno(), 2)
        return self

    def __exit__(self, *exception):
        sys.stdout.flush()
        sys.stderr.flush()
        for number, saved in zip((1, 2), self.saved, strict=True):
            os.dup2(saved, number)
            os.close(saved)
        self.file.seek(0)
        text = self.file.read().decode(errors="replace")
        self.file.close()
        sys.stdout.write(text)
        self.lines = text.rstrip().splitlines()


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildKernels})
