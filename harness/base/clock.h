/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks. Only engine and cli ask; everything below is told. */
#ifndef IFB_BASE_CLOCK_H
#define IFB_BASE_CLOCK_H

#include <ifbench/types.h>

#define IFB_ISO_SIZE 25  /* 2026-01-02T03:04:05.678Z and NUL */

/* Monotonic, since some fixed moment: never jumps. */
int64_t ifb_clock_us(void);

/* Since 1970, UTC: for records only, never for waiting. */
int64_t ifb_wall_ms(void);

/* ISO 8601 with milliseconds, UTC. */
void ifb_iso_time(int64_t wall_ms, char out[IFB_ISO_SIZE]);

/* Reads what ifb_iso_time writes; false for anything else. */
bool ifb_iso_read(ifb_str iso, int64_t *wall_ms);

#endif
