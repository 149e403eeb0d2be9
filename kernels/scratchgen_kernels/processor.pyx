# cython: language_level=3
"""The instructions of the processor, beyond those of every processor of its architecture.

The compiler's own function looks also whether the system saves the wide registers. setup.py reads the names below.
"""

cdef extern from *:
    """
    #if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    #define LOOK(name) if (__builtin_cpu_supports(name)) found[n++] = name;
    static int instructions_found(const char **found) {
        int n = 0;
        __builtin_cpu_init();
        LOOK("popcnt")
        LOOK("sse3")
        LOOK("ssse3")
        LOOK("sse4.1")
        LOOK("sse4.2")
        LOOK("avx")
        LOOK("avx2")
        LOOK("bmi")
        LOOK("bmi2")
        LOOK("fma")
        LOOK("fma4")
        LOOK("xop")
        LOOK("avx512f")
        LOOK("avx512cd")
        LOOK("avx512vl")
        LOOK("avx512bw")
        LOOK("avx512dq")
        LOOK("avx512ifma")
        LOOK("avx512vbmi")
        LOOK("avx512vbmi2")
        LOOK("avx512vnni")
        LOOK("avx512bitalg")
        LOOK("avx512vpopcntdq")
        LOOK("gfni")
        LOOK("vpclmulqdq")
        return n;
    }
    #else
    static int instructions_found(const char **found) { return 0; }
    #endif
    """
    int instructions_found(const char **found)


def instructions():
    """The names of the instruction sets that the processor has, out of those above."""
    cdef const char *found[32]
    cdef int n = instructions_found(found)
    return frozenset(found[i].decode("ascii") for i in range(n))
