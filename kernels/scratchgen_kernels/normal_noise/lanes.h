/* Several 32-bit words side by side, each in the low half of a 64-bit lane, for Philox.

   A round needs the full 64-bit product of two 32-bit words. Vector instruction sets multiply just so: the
   low halves of 64-bit lanes. C has no way to ask for it (compilers multiply 64 by 64 bits, in three
   products), so the instruction is named here, for x86 with AVX2 or SSE2; elsewhere a vector has one lane.
   The upper halves of lanes may hold anything: no function lets them into a lower half. */

#include <stdint.h>

#if defined(__AVX2__)

#include <immintrin.h>
enum { LANES = 4 };
typedef __m256i lanes;

static inline lanes lanes_of(uint64_t x) { return _mm256_set1_epi64x((long long)x); }
static inline lanes lanes_counting(uint64_t x) {
    return _mm256_add_epi64(lanes_of(x), _mm256_set_epi64x(3, 2, 1, 0));
}
static inline lanes lanes_high(lanes a) { return _mm256_srli_epi64(a, 32); }
static inline lanes lanes_xor(lanes a, lanes b) { return _mm256_xor_si256(a, b); }
static inline lanes lanes_product(lanes a, lanes b) { return _mm256_mul_epu32(a, b); }

/* even: lane by lane, the low words of c0 and c2;   odd: of c1 and c3. */
static inline void lanes_store(uint32_t *even, uint32_t *odd, lanes c0, lanes c1, lanes c2, lanes c3) {
    _mm256_storeu_si256((lanes *)even, _mm256_blend_epi32(c0, _mm256_slli_epi64(c2, 32), 0xAA));
    _mm256_storeu_si256((lanes *)odd, _mm256_blend_epi32(c1, _mm256_slli_epi64(c3, 32), 0xAA));
}

#elif defined(__SSE2__) || defined(_M_X64)

#include <emmintrin.h>
enum { LANES = 2 };
typedef __m128i lanes;

static inline lanes lanes_of(uint64_t x) { return _mm_set1_epi64x((long long)x); }
static inline lanes lanes_counting(uint64_t x) { return _mm_add_epi64(lanes_of(x), _mm_set_epi64x(1, 0)); }
static inline lanes lanes_high(lanes a) { return _mm_srli_epi64(a, 32); }
static inline lanes lanes_xor(lanes a, lanes b) { return _mm_xor_si128(a, b); }
static inline lanes lanes_product(lanes a, lanes b) { return _mm_mul_epu32(a, b); }

static inline void lanes_store(uint32_t *even, uint32_t *odd, lanes c0, lanes c1, lanes c2, lanes c3) {
    lanes low = _mm_set1_epi64x(0xFFFFFFFF);
    _mm_storeu_si128((lanes *)even, _mm_or_si128(_mm_and_si128(c0, low), _mm_slli_epi64(c2, 32)));
    _mm_storeu_si128((lanes *)odd, _mm_or_si128(_mm_and_si128(c1, low), _mm_slli_epi64(c3, 32)));
}

#else

enum { LANES = 1 };
typedef uint64_t lanes;

static inline lanes lanes_of(uint64_t x) { return x; }
static inline lanes lanes_counting(uint64_t x) { return x; }
static inline lanes lanes_high(lanes a) { return a >> 32; }
static inline lanes lanes_xor(lanes a, lanes b) { return a ^ b; }
static inline lanes lanes_product(lanes a, lanes b) { return (uint64_t)(uint32_t)a * (uint32_t)b; }

static inline void lanes_store(uint32_t *even, uint32_t *odd, lanes c0, lanes c1, lanes c2, lanes c3) {
    even[0] = (uint32_t)c0, even[1] = (uint32_t)c2;
    odd[0] = (uint32_t)c1, odd[1] = (uint32_t)c3;
}

#endif
