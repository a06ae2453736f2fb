/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a leaderboard, a function a kind; the table is in leaderboard.c. */
#ifndef IFB_REPORTS_LEADERBOARD_H
#define IFB_REPORTS_LEADERBOARD_H

#include <ifbench/leaderboard.h>

#include "reports/html.h"

typedef bool ifb_board_write(const struct ifb_leaderboard *board,
                             const struct ifb_board_page *page, const struct ifb_sink *sink);

ifb_board_write ifb_board_write_index, ifb_board_write_suite, ifb_board_write_model,
    ifb_board_write_svg, ifb_board_write_table, ifb_board_write_csv, ifb_board_write_json;

/* ---- leaderboard_page.c ---- */

/* Everything above and below the sections; `page` NULL: the index itself. */
void ifb_board_open(struct ifb_pen *p, const struct ifb_leaderboard *board,
                    const struct ifb_board_page *page);
void ifb_board_close(struct ifb_pen *p);

/* A link to a page, called by its name or by `text`. */
void ifb_board_put_link(struct ifb_pen *p, const struct ifb_board_page *page, const char *text);

/* `<div><dt>LABEL</dt><dd>VALUE</dd></div>`; nothing without a value. */
void ifb_board_put_fact(struct ifb_pen *p, const char *label, ifb_str value);

/* The opening of a table that can be sorted, with its name for those who cannot see it. */
void ifb_board_put_table(struct ifb_pen *p, const char *label);

/* A head; `end`: numbers, sorted from the highest at first. */
void ifb_board_put_head(struct ifb_pen *p, const char *text, bool end);

/* ---- leaderboard_ranks.c ---- */

/* The entries of a suite, best first. */
void ifb_board_put_ranks(struct ifb_pen *p, const struct ifb_leaderboard *board,
                         const struct ifb_board_suite *suite);

/* "3", or "3 to 7"; "n/a". */
void ifb_board_put_range(struct ifb_pen *p, const struct ifb_board_entry *e);

/* What makes the entries of a suite less comparable. */
void ifb_board_put_notes(struct ifb_pen *p, const struct ifb_board_suite *suite);

#endif
