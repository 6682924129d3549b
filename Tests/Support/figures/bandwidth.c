// How fast memory is read here: a sum over a large array of floats, on as many threads as are asked for.
// bandwidth THREADS BYTES: prints the bytes per second of the best of several rounds.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, THREADS_MAX = 64, LANES = 16, SUMS = 4 };

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

typedef struct {
  const lanes *from;
  size_t count;
  float sum;
} part;

static void *add(void *argument) {
  part *mine = argument;
  lanes sums[SUMS] = {{0}};
  for (size_t i = 0; i + SUMS <= mine->count; i += SUMS)
    for (int s = 0; s < SUMS; s++) sums[s] += mine->from[i + s];
  const lanes all = sums[0] + sums[1] + sums[2] + sums[3];
  for (int i = 0; i < LANES; i++) mine->sum += all[i];
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  const size_t threads = count == 3 ? strtoull(arguments[1], NULL, 10) : 0;
  const size_t bytes = count == 3 ? strtoull(arguments[2], NULL, 10) : 0;
  if (threads < 1 || threads > THREADS_MAX || bytes < sizeof(lanes) * SUMS * threads) return 2;
  const size_t each = bytes / sizeof(lanes) / threads / SUMS * SUMS;
  lanes *memory = aligned_alloc(sizeof(lanes), each * threads * sizeof(lanes));
  if (memory == NULL) return 1;
  memset(memory, 1, each * threads * sizeof(lanes));
  double best = 1e9;
  float sum = 0;
  for (int round = 0; round < ROUNDS; round++) {
    part parts[THREADS_MAX];
    pthread_t started[THREADS_MAX];
    const double before = now();
    for (size_t t = 0; t < threads; t++) {
      parts[t] = (part){memory + t * each, each, 0};
      if (pthread_create(&started[t], NULL, add, &parts[t]) != 0) return 1;
    }
    for (size_t t = 0; t < threads; t++) {
      pthread_join(started[t], NULL);
      sum += parts[t].sum;
    }
    const double spent = now() - before;
    if (spent < best) best = spent;
  }
  // The sum is used, so that it has to be taken.
  fprintf(stderr, "%g\n", (double)sum);
  printf("%.0f\n", (double)(each * threads * sizeof(lanes)) / best);
  return 0;
}
