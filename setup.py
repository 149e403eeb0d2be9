"""Build the optional Cython kernels; pyproject.toml has everything else about the package.

Environment variables:
    SCRATCHGEN_DISABLE_EXT=1    do not compile
    SCRATCHGEN_REQUIRE_EXT=1    a failed build is an error, instead of a package without compiled kernels
    SCRATCHGEN_MARCH            the instruction set, for -march=; empty or "none" for a portable build. The default is
                                native, the machine's own, for an editable install, and portable for a wheel

A portable build has every kernel several times: for any processor of the architecture, and in a subfolder for each of
VARIANTS. scratchgen_kernels/variants.py chooses among them when a kernel is loaded.

No flag here assumes finite values or changes the floating-point mode of the process.
"""

import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

PACKAGE = Path("kernels/scratchgen_kernels")
PROCESSOR = PACKAGE / "processor.pyx"
# Cython's code for memoryviews is half of each module; all share one copy of it, in a module of this name.
MEMORYVIEWS = f"{PACKAGE.name}.memoryviews"
# No code here reads errno or the exception flags of the processor. Without these two flags the compiler does not
# vectorise a loop with a comparison or a square root. Neither flag changes a result.
# Debug data would be four fifths of the package.
FLAGS = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math"]
# Processors of a portable build, by the folder of their files: with AVX2 and FMA, and with AVX-512.
VARIANTS = {"x86_64_v3": "x86-64-v3", "x86_64_v4": "x86-64-v4"}
LINK_FLAGS = (
    ["-s"] if sys.platform == "linux" else []
)  # without the names of symbols, which the loader does not read
# Additional flags of one kernel. Noise has the same bits on every backend only if a · b + c is rounded twice.
KERNEL_FLAGS = {"normal_noise": ["-ffp-contract=off"]}
MAX_OUTPUT_LINES = 15  # of the compiler; the error is at the end


def extensions(variant=None):
    """One extension per .pyx file, a module of its folder: the kernel (cython_), and the steps towards it (steps)."""
    shared = [
        path.as_posix() for path in (*PACKAGE.glob("*/*.pxd"), *PACKAGE.glob("*/*.h"))
    ]  # a change rebuilds all
    found = []
    for source in sorted(PACKAGE.glob("*/*.pyx")):
        folders = [PACKAGE.name, source.parent.name, *([variant] if variant else [])]
        found.append(
            Extension(
                ".".join([*folders, source.stem]),
                [source.as_posix()],
                depends=shared,
                include_dirs=[source.parent.as_posix()],
            )
        )
    return found


def extensions_for_all():
    """The extensions that kernels of all variants use: one tells the instructions of the processor."""
    return [Extension(f"{PACKAGE.name}.processor", [PROCESSOR.as_posix()]), Extension(MEMORYVIEWS, [])]


def is_set(variable):
    return os.environ.get(variable, "").lower() not in ("", "0", "no", "false")


class BuildKernels(build_ext):
    """Compile the kernels, or record why there are none."""

    def initialize_options(self):
        super().initialize_options()
        self.parallel = os.cpu_count()  # number of extensions that are compiled at a time

    def run(self):
        self.remove_older_builds()
        default = "native" if self.inplace else ""
        march = os.environ.get("SCRATCHGEN_MARCH", default)
        self.march = None if march in ("", "none") else march
        if is_set("SCRATCHGEN_DISABLE_EXT"):
            self.build_nothing()
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
        self.build_nothing()
        self.variants = {}
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

    def build_nothing(self):
        self.extensions = self.distribution.ext_modules = []

    def build_extensions(self):
        """Compile the kernels for every processor, then again for each variant, or once for the requested one."""
        gnu = self.compiler.compiler_type != "msvc"  # MSVC knows none of the flags
        self.flags = list(FLAGS) if gnu else []
        self.march = self.march if gnu and self.march and self.allows(self.march) else None
        groups = {"alone": [], "baseline": [], **{variant: [] for variant in VARIANTS}}
        for extension in self.extensions:
            folders = extension.name.split(".")[1:-1]
            groups["alone" if not folders else "baseline" if len(folders) == 1 else folders[1]].append(
                extension
            )
        self.translate(groups["alone"] + groups["baseline"])

        self.built, self.variants = [], {}
        self.build_group(groups["alone"], self.flags)  # these run on every processor
        if self.march:
            self.flags.append(f"-march={self.march}")
        self.build_group(groups["baseline"], self.flags)
        self.variants[self.march or "baseline"] = self.instructions(self.flags)
        for variant, march in VARIANTS.items() if gnu and not self.march else ():
            flags = [*self.flags, f"-march={march}"]
            if self.accepts(flags[-1]):
                for extension, translated in zip(groups[variant], groups["baseline"], strict=True):
                    extension.sources = translated.sources
                self.build_group(groups[variant], flags)
                self.variants[variant] = self.instructions(flags)
        self.extensions = self.built

    def allows(self, march):
        """A requested instruction set is not left out: if the compiler rejects it, the build fails."""
        return "SCRATCHGEN_MARCH" in os.environ or self.accepts(f"-march={march}")

    def build_group(self, group, flags):
        """Compile extensions at the same time; groups follow one another, since their object files share names."""
        for extension in group:
            extra = KERNEL_FLAGS.get(extension.name.split(".")[1], []) if flags else []
            extension.extra_compile_args = [*flags, *extra]
            extension.extra_link_args = LINK_FLAGS
        self.extensions = group
        super().build_extensions()
        self.built += group

    def copy_extensions_to_source(self):
        for variant in self.variants.keys() & VARIANTS.keys():
            for kernel in PACKAGE.glob("*/cython_.pyx"):
                (kernel.parent / variant).mkdir(exist_ok=True)
        super().copy_extensions_to_source()

    def translate(self, extensions):
        """Replace the sources of the extensions by the C that Cython makes of them."""
        from Cython.Build import cythonize

        # elsewhere each process would run this file again
        processes = os.cpu_count() if sys.platform == "linux" else 0
        shared = Path(self.build_temp, "memoryviews.c")
        shared.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "cython", f"--generate-shared={shared}"], check=True)
        translated = cythonize(
            [extension for extension in extensions if extension.name != MEMORYVIEWS],
            build_dir=self.build_temp,  # the generated C stays out of the source tree
            include_path=[str(PACKAGE.parent)],  # where the compiler finds the .pxd of another kernel
            shared_utility_qualified_name=MEMORYVIEWS,
            nthreads=processes,
        )
        sources = {extension.name: extension.sources for extension in translated}
        for extension in extensions:
            extension.sources = sources.get(extension.name, [shared.as_posix()])

    def instructions(self, flags):
        """The instructions that code with these flags may use, out of those that the processor can be asked for."""
        with tempfile.TemporaryDirectory() as folder:
            source, output = Path(folder, "empty.c"), Path(folder, "macros")
            source.write_text("")
            try:
                self.compiler.preprocess(str(source), str(output), extra_postargs=[*flags, "-dM"])
            except Exception:
                return []
            defined = set(re.findall(r"#define (\w+)", output.read_text()))
        names = re.findall(r'LOOK\("(.*?)"\)', PROCESSOR.read_text(encoding="utf-8"))
        return [name for name in names if f"__{name.upper().replace('.', '_')}__" in defined]

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
            for path in folder.rglob("*" + sysconfig.get_config_var("EXT_SUFFIX")):
                path.unlink()

    def write_record(self, status, reason="", output=()):
        """Write the record that ``scratchgen_kernels.build_record`` reads."""
        record = {
            "status": status,
            "reason": reason,
            "output": list(output),
            "flags": getattr(self, "flags", []),
            "march": self.march,
            "variants": getattr(self, "variants", {}),
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


class Wheel(bdist_wheel):
    """A wheel without compiled kernels is a pure one, so that its name does not promise compiled code."""

    def run(self):
        self.run_command("build_ext")
        self.root_is_pure = not self.distribution.ext_modules
        super().run()


setup(
    ext_modules=[
        *extensions_for_all(),
        *extensions(),
        *(extension for variant in VARIANTS for extension in extensions(variant)),
    ],
    cmdclass={"build_ext": BuildKernels, "bdist_wheel": Wheel},
)
