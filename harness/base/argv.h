/* SPDX-License-Identifier: Apache-2.0 */
/* A command line split into words the way a shell reads quotes, without being one. */
#ifndef IFB_BASE_ARGV_H
#define IFB_BASE_ARGV_H

#include <ifbench/types.h>

#define IFB_ARGV_MAX 1024

/*
 * Words between white space; '...', "..." (in which \ keeps ", \, $ and `) and \
 * keep what would split. Nothing is expanded. What only a shell could do (an
 * unquoted | & ; < > ( ) $ or `) is refused: whoever wants that writes sh -c '...'.
 * Words are copied into `arena`, each followed by NUL. IFB_EUSAGE when a quote is
 * not closed, there is no word, or there are more than IFB_ARGV_MAX.
 */
enum ifb_code ifb_argv_split(ifb_str command, struct ifb_arena *arena, struct ifb_strs *out,
                             struct ifb_error *err);

/* The words as execvp wants them, `from` replaced by `to` wherever it occurs ("" : nowhere). */
char **ifb_argv_make(struct ifb_strs words, ifb_str from, ifb_str to, struct ifb_arena *arena);

#endif
