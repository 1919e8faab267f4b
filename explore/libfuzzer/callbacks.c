//go:build libfuzzer

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "_cgo_export.h"

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
