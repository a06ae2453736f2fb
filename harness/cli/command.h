/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subcommand is a row: name, usage, documentation, options, examples, and the
 * function that runs it. From the row come dispatch, --help and the man page.
 *
 * To add one, write cmd_NAME.c, end it with a `const struct ifb_command`, and
 * add that to the table in main.c.
 *
 * Results go to standard output, everything else to standard error.
 */
#ifndef IFB_CLI_COMMAND_H
#define IFB_CLI_COMMAND_H

#include <stdio.h>

#include <ifbench/types.h>

#include "harness/base/buf.h"

/* Exit statuses, as documented in the man page. */
enum ifb_exit {
    IFB_EXIT_OK = 0,
    IFB_EXIT_GATE = 1,
    IFB_EXIT_USAGE = 2,
    IFB_EXIT_INPUT = 3,
    IFB_EXIT_NETWORK = 4,
    IFB_EXIT_INCOMPLETE = 5,
    IFB_EXIT_INCONCLUSIVE = 6,
    IFB_EXIT_BUG = 70,
    IFB_EXIT_IO = 74,
    IFB_EXIT_INTERRUPTED = 130
};

struct ifb_example_line {
    const char *line, *doc;
};

/* What a command is given: its words, and an arena that lives as long as it runs. */
struct ifb_cli {
    int argc;
    char **argv;  /* argv[0] is the command's name */
    struct ifb_arena *arena;
    int status;   /* the exit status when run returns IFB_OK */
};

struct ifb_command {
    const char *name, *usage, *doc;
    const char *const *more;                  /* paragraphs of help, ends with NULL; may be NULL */
    const struct ifb_field *options;          /* ends with a zero row; NULL: none */
    const struct ifb_example_line *examples;  /* ends with a zero row */
    enum ifb_code (*run)(struct ifb_cli *cli, struct ifb_error *err);
};

extern const struct ifb_command *const ifb_commands[];

/* ---- options.c ---- */

/*
 * Reads options into `out` by the command's rows: --name VALUE, --name=VALUE,
 * -x VALUE, --flag, --no-flag; "--" ends them. What is left is in *words. An
 * option given on the command line replaces what `out` held (lists too).
 */
enum ifb_code ifb_options_read(struct ifb_cli *cli, const struct ifb_command *command, void *out,
                               struct ifb_strs *words, struct ifb_error *err);

/* "a,b" taken apart: each member of `in` split at its commas. */
struct ifb_strs ifb_options_split(struct ifb_strs in, struct ifb_arena *arena);

/* The help of a command, and of all. */
void ifb_help_command(const struct ifb_command *command, FILE *to);
void ifb_help_all(FILE *to);

/* The man page on standard output (man.c). */
void ifb_man(void);

/* ---- config.c ---- */

/*
 * Reads the same options from a YAML file (`ifbench.yaml`), before the command
 * line: the names of the options with '_', one value for a list of one, a mapping
 * where an option wants JSON. Keys that belong to another command are ignored;
 * unknown and doubled keys and values of another type are IFB_EINPUT "FILE:LINE: ...".
 */
enum ifb_code ifb_options_config(const char *path, const struct ifb_command *command, void *out,
                                 struct ifb_arena *arena, struct ifb_error *err);

/* Appends what differs from `defaults` as lines of YAML that ifb_options_config reads. */
void ifb_options_yaml(const struct ifb_field *options, const void *values, const void *defaults,
                      struct ifb_arena *arena, struct ifb_buf *out);

/* The option's text is JSON. */
bool ifb_option_is_json(const struct ifb_field *f);

/* ---- print.c ---- */

/* printf to standard output; a failed write is found by main before it exits. */
void ifb_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ifb_print_str(ifb_str s);

/* The same for text that came from outside: control and bidi characters made visible. */
void ifb_print_safe(ifb_str s);

/* "ifbench: ..." on standard error. */
void ifb_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A sink that writes to standard output. */
struct ifb_sink;
const struct ifb_sink *ifb_stdout_sink(void);

#endif
