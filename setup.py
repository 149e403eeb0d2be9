"""Build the optional Cython kernels; pyproject.toml has everything else about the package.

Environment variables:
    SCRATCHGEN_DISABLE_EXT=1    do not compile
    SCRATCHGEN_REQUIRE_EXT=1    a failed build is an error, instead of a package without compiled kernels
    SCRATCHGEN_MARCH            the instruction set, for -march= (default: native, the machine's own);
                                empty or "none" for the default of the compiler, for a package that others install

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
# No code here reads errno or the exception flags of the processor. Without these two flags the compiler does not
# vectorise a loop with a comparison or a square root. Neither flag changes a result.
FLAGS = ["-O3", "-fno-math-errno", "-fno-trapping-math"]
# Additional flags of one kernel. Noise has the same bits on every backend only if a · b + c is rounded twice.
KERNEL_FLAGS = {"normal_noise": ["-ffp-contract=off"]}
MAX_OUTPUT_LINES = 15  # of the compiler; the error is at the end


def extensions():
    """One extension per .pyx file, a module of its folder: the kernel (cython_), and the steps towards it (steps)."""
    sources = sorted(PACKAGE.glob("*/*.pyx"))
    shared = [
        path.as_posix() for path in (*PACKAGE.glob("*/*.pxd"), *PACKAGE.glob("*/*.h"))
    ]  # a change rebuilds all
    names = [f"{PACKAGE.name}.{source.parent.name}.{source.stem}" for source in sources]
    return [
        Extension(name, [source.as_posix()], depends=shared, include_dirs=[source.parent.as_posix()])
        for name, source in zip(names, sources, strict=True)
    ]


def is_set(variable):
    return os.environ.get(variable, "").lower() not in ("", "0", "no", "false")


class BuildKernels(build_ext):
    """Compile the kernels, or record why there are none."""

    def initialize_options(self):
        super().initialize_options()
        self.parallel = os.cpu_count()  # number of extensions that are compiled at a time
        self.cython_c_in_temp = True  # the generated C stays out of the source tree
        self.cython_include_dirs = [
            str(PACKAGE.parent)
        ]  # where the compiler finds the .pxd of another kernel

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
        """Continue without compiled kernels, unless they were required."""
        self.remove_older_builds()
        self.extensions = []
        reason = first_error(output, failure)
        self.write_record("failed", reason=reason, output=output[-MAX_OUTPUT_LINES:])
        if is_set("SCRATCHGEN_REQUIRE_EXT"):
            raise SystemExit(f"SCRATCHGEN_REQUIRE_EXT is set, but the kernels do not compile: {reason}")
        print(f"scratchgen: installing without compiled kernels: {reason}", file=sys.stderr)

    def compile_all(self):
        """Build every extension. Returns None, or the error as text."""
        try:
            import Cython  # noqa: F401
        except ImportError:
            return "Cython is not installed"
        try:
            super().run()
        except (Exception, SystemExit) as error:  # a missing compiler raises either
            return f"{type(error).__name__}: {error}"
        return None

    def build_extensions(self):
        self.flags, self.march = self.compiler_flags()
        for extension in self.extensions:
            extra = KERNEL_FLAGS.get(extension.name.split(".")[-2], [])
            extension.extra_compile_args = (
                [*self.flags, *extra] if self.flags else []
            )  # MSVC knows none of them
        super().build_extensions()

    def compiler_flags(self):
        """(flags, march). The default march is left out if the compiler rejects it; a requested one is not."""
        if self.compiler.compiler_type == "msvc":
            return [], None
        march = os.environ.get("SCRATCHGEN_MARCH", "native")
        if march in ("", "none"):
            return FLAGS, None
        if "SCRATCHGEN_MARCH" not in os.environ and not self.accepts(f"-march={march}"):
            return FLAGS, None
        return [*FLAGS, f"-march={march}"], march

    def accepts(self, flag):
        """Whether the compiler accepts `flag`, tried on an empty program."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "empty.c")
            source.write_text("int main(void) { return 0; }\n")
            try:
                self.compiler.compile([str(source)], output_dir=folder, extra_postargs=[flag])
            except Exception:
                return False
        return True

    def remove_older_builds(self):
        """Remove old files, so that they are neither packed nor mistaken for new ones after a change of flags."""
        folders = [Path(self.build_lib, PACKAGE.name)] + ([PACKAGE] if self.inplace else [])
        for folder in folders:
            for path in folder.glob("*/*" + sysconfig.get_config_var("EXT_SUFFIX")):
                path.unlink()

    def write_record(self, status, reason="", output=()):
        """Write the record that ``scratchgen_kernels.build_record`` reads."""
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


def first_error(output, failure):
    """The first error in the output of the compiler, or `failure` if there is none."""
    return next((line.strip() for line in output if " error: " in line), failure)


class CapturedOutput:
    """Collect the output of this process and of the compilers that it starts, and print it at the end."""

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
