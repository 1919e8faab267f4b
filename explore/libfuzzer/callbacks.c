//go:build libfuzzer

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "_cgo_export.h"
#include "compared.h"

// libFuzzer's own mutations.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most) __attribute__((weak));

// One tape in so many is changed by updates, and one in so many crossed.
enum { by_updates = 4, crossed = 8 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed) {
	if (seed % by_updates != 0)
		return LLVMFuzzerMutate(data, size, most);
	return battleMutate(data, size, most, seed);
}

// libFuzzer asks for a cross-over as often as for a mutation. It takes 0 for one that came
// to nothing, and tries something else.
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
				 uint8_t *out, size_t most, unsigned int seed) {
	if (seed % crossed != 0)
		return 0;
	return battleCross((uint8_t *)one, one_size, (uint8_t *)other, other_size, out, most, seed);
}

// battle_begin is called before the first tape, when libFuzzer has set its signal handlers. It
// makes them run on stacks of their own: a goroutine's has no room for them, and they would
// write over other goroutines' memory.
void battle_begin(void) {
	struct sigaction action;
	for (int number = 1; number < SIGRTMIN; number++)
		if (sigaction(number, NULL, &action) == 0 && (action.sa_flags & SA_SIGINFO) != 0 &&
		    (action.sa_flags & SA_ONSTACK) == 0) {
			action.sa_flags |= SA_ONSTACK;
			sigaction(number, &action, NULL);
		}
	atexit(battleEnd);
}

// What the packages under test count and compare, battle has put into their sources. These are
// the functions by which a compiler's instrumentation tells libFuzzer; other engines that are
// linked with may have none.
void __sanitizer_cov_8bit_counters_init(uint8_t *begin, uint8_t *end) __attribute__((weak));
void __sanitizer_cov_pcs_init(const uintptr_t *begin, const uintptr_t *end) __attribute__((weak));
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) __attribute__((weak));
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b) __attribute__((weak));
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b) __attribute__((weak));
void __sanitizer_weak_hook_memcmp(void *pc, const void *a, const void *b, size_t size, int result) __attribute__((weak));

// battle_count hands over n counters. LibFuzzer wants a place in the program for each, and
// flags; it is told their numbers.
void battle_count(uint8_t *counters, size_t n) {
	if (__sanitizer_cov_8bit_counters_init == NULL || __sanitizer_cov_pcs_init == NULL)
		return;
	uintptr_t *places = calloc(2 * n, sizeof *places); // for as long as the process lives
	if (places == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		places[2 * i] = i + 1;
	__sanitizer_cov_8bit_counters_init(counters, counters + n);
	__sanitizer_cov_pcs_init(places, places + 2 * n);
}

// LibFuzzer tells comparisons apart by where they are called from, for its value profile. So
// there are as many calls, and something after each that keeps compilers from making them one.
#define CALL(trace, i)                            \
	case i:                                   \
		trace(c->a, c->b);                \
		__asm__ volatile("" : : "i"(i)); \
		break;
#define CALLS4(trace, i) CALL(trace, i) CALL(trace, i + 1) CALL(trace, i + 2) CALL(trace, i + 3)
#define CALLS16(trace, i) CALLS4(trace, i) CALLS4(trace, i + 4) CALLS4(trace, i + 8) CALLS4(trace, i + 12)
#define TRACER(trace)                                                                                 \
	static void trace##_at(const struct battle_compared *c) {                                     \
		switch (c->site % 64) {                                                               \
			CALLS16(trace, 0) CALLS16(trace, 16) CALLS16(trace, 32) CALLS16(trace, 48) \
		}                                                                                     \
	}
TRACER(__sanitizer_cov_trace_cmp2)
TRACER(__sanitizer_cov_trace_cmp4)
TRACER(__sanitizer_cov_trace_cmp8)

// battle_compare tells of n comparisons of integers. Sizes are those of operands, in bytes, by
// site.
void battle_compare(const struct battle_compared *c, size_t n, const uint8_t *sizes) {
	if (__sanitizer_cov_trace_cmp8 == NULL)
		return;
	for (; n > 0; n--, c++)
		switch (sizes[c->site]) {
		case 8:
			__sanitizer_cov_trace_cmp8_at(c);
			break;
		case 4:
			__sanitizer_cov_trace_cmp4_at(c);
			break;
		default:
			__sanitizer_cov_trace_cmp2_at(c);
		}
}

// battle_compare_bytes tells of a comparison that found a difference.
void battle_compare_bytes(uint32_t site, const char *a, const char *b, size_t size) {
	if (__sanitizer_weak_hook_memcmp != NULL)
		__sanitizer_weak_hook_memcmp((void *)(uintptr_t)(site + 1), a, b, size, 1);
}
