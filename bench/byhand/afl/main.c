/*
 * AFL's fork server around LLVMFuzzerTestOneInput of ../libfuzzer.
 *
 * AFL asks on descriptor 198 for a run, and is told on 199 which process makes it and how it
 * ended; the input is standard input, and coverage is counted in shared memory. What AFL's own
 * compilers link in for this comes too late: Go's runtime starts with the archive's
 * constructors, and starts threads, which a fork leaves behind. So the server is a
 * constructor before those, and Go starts in its child only. That makes one run after the
 * other, as long as none fails: to start Go takes longer than a hundred runs.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ASK = 198, TELL = 199, MAP = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *map;            /* AFL's, or null without AFL */
static uint8_t *counters, *end; /* those of Go's compiler */
static int next[2], done[2];    /* pipes, a byte a run */

static void say(int32_t word) {
	if (write(TELL, &word, sizeof word) != sizeof word)
		_exit(1);
}

/* start returns 0 in the child, which goes on to Go, and to main. */
static pid_t start(void) {
	if (pipe(next) || pipe(done))
		_exit(1);
	pid_t child = fork();
	close(next[child ? 0 : 1]);
	close(done[child ? 1 : 0]);
	if (child == 0) {
		close(ASK);
		close(TELL);
	}
	return child;
}

__attribute__((constructor(101))) static void serve(void) {
	const char *id = getenv("__AFL_SHM_ID");
	if (!id || (map = shmat(atoi(id), NULL, 0)) == (void *)-1) {
		map = NULL;
		return;
	}
	signal(SIGPIPE, SIG_IGN);
	say(0); /* AFL's first protocol: no options */
	pid_t child = 0;
	for (int32_t killed; read(ASK, &killed, sizeof killed) == sizeof killed;) {
		if (!child && !(child = start()))
			return;
		say(child);
		char run = 0;
		int status = 0;
		if (write(next[1], &run, 1) != 1 || read(done[0], &run, 1) != 1) { /* it died, or AFL killed it */
			waitpid(child, &status, 0);
			close(next[1]);
			close(done[0]);
			child = 0;
		}
		say(status);
	}
	_exit(0); /* the child sees the end of its pipe */
}

int main(void) {
	static uint8_t input[1 << 20];
	for (char run; !map || read(next[0], &run, 1) == 1;) {
		size_t size = 0;
		for (ssize_t n; size < sizeof input && (n = read(0, input + size, sizeof input - size)) > 0;)
			size += n;
		memset(counters, 0, end - counters);
		LLVMFuzzerTestOneInput(input, size);
		if (!map)
			break;
		for (size_t i = 0; i < (size_t)(end - counters); i++)
			map[i % MAP] |= counters[i];
		if (write(done[1], &run, 1) != 1)
			break;
	}
	return 0;
}

/* What the compiler's instrumentation calls. Operands of comparisons are of no use to AFL. */
void __sanitizer_cov_8bit_counters_init(uint8_t *from, uint8_t *to) { counters = from, end = to; }
void __sanitizer_cov_pcs_init(const uintptr_t *from, const uintptr_t *to) {}
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b) {}
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) {}
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b) {}
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b) {}
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b) {}
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b) {}
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b) {}
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b) {}
void __sanitizer_weak_hook_strcmp(void *pc, const char *a, const char *b, int result) {}
