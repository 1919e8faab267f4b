#include <stddef.h>
#include <stdint.h>

// A comparison, as package probe notes it.
struct battle_compared {
	uint64_t a, b;
	uint32_t site;
};

void battle_count(uint8_t *counters, size_t n);
void battle_compare(const struct battle_compared *c, size_t n, const uint8_t *sizes);
void battle_compare_bytes(uint32_t site, const char *a, const char *b, size_t size);
