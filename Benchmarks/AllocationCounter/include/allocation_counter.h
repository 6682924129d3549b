#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// How often this process has asked for memory, by whatever library, since it was started.
uint64_t allocation_count(void);

/// How many bytes it asked for in all. What is given back is not taken off.
uint64_t allocation_byte_count(void);

#endif
