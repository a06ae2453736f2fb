/* SPDX-License-Identifier: Apache-2.0 */
/* Reads summary.json back, for report, compare and leaderboard. */
#ifndef IFB_ENGINE_SUMMARY_READ_H
#define IFB_ENGINE_SUMMARY_READ_H

#include <ifbench/report.h>

/* Strings live in `arena`. IFB_EINPUT when it is not a summary of this version. */
enum ifb_code ifb_summary_read(const char *path, struct ifb_arena *arena, struct ifb_summary *out,
                               struct ifb_error *err);

/* The same from a document that has its members, of whatever schema; what lacks is empty. */
void ifb_summary_from(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_summary *out);

#endif
