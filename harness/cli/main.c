/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the command, runs it, prints its error and picks the exit status. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

extern const struct ifb_command ifb_cmd_run, ifb_cmd_score, ifb_cmd_check, ifb_cmd_report,
    ifb_cmd_verify, ifb_cmd_data, ifb_cmd_suites, ifb_cmd_scorers, ifb_cmd_providers,
    ifb_cmd_cache, ifb_cmd_compare, ifb_cmd_gate, ifb_cmd_baseline, ifb_cmd_power,
    ifb_cmd_leaderboard, ifb_cmd_merge, ifb_cmd_perturb;

const struct ifb_command *const ifb_commands[] = {
    &ifb_cmd_run,  &ifb_cmd_merge,
    &ifb_cmd_score,  &ifb_cmd_check,   &ifb_cmd_report,    &ifb_cmd_compare,
    &ifb_cmd_gate, &ifb_cmd_baseline, &ifb_cmd_power, &ifb_cmd_leaderboard, &ifb_cmd_verify,
    &ifb_cmd_data, &ifb_cmd_suites, &ifb_cmd_perturb, &ifb_cmd_scorers, &ifb_cmd_providers,
    &ifb_cmd_cache, NULL,
};

static int status_of(enum ifb_code code)
{
    static const int status[] = {
        [IFB_OK] = IFB_EXIT_OK,          [IFB_EUSAGE] = IFB_EXIT_USAGE,
        [IFB_EINPUT] = IFB_EXIT_INPUT,   [IFB_EIO] = IFB_EXIT_IO,
        [IFB_ENET] = IFB_EXIT_NETWORK,   [IFB_EAUTH] = IFB_EXIT_NETWORK,
        [IFB_ELIMIT] = IFB_EXIT_INPUT,   [IFB_EPROTO] = IFB_EXIT_NETWORK,
        [IFB_ECANCELED] = IFB_EXIT_INTERRUPTED, [IFB_EGATE] = IFB_EXIT_GATE,
        [IFB_EBUDGET] = IFB_EXIT_INCOMPLETE,    [IFB_EBUG] = IFB_EXIT_BUG,
    };

    return status[code];
}

void ifb_help_all(FILE *to)
{
    fputs("ifbench " IFBENCH_VERSION ": does the model do what it was told?\n\n"
          "usage: ifbench COMMAND [OPTIONS]\n\ncommands:\n", to);
    for (size_t i = 0; ifb_commands[i]; i++)
        fprintf(to, "  %-12s%s\n", ifb_commands[i]->name, ifb_commands[i]->doc);
    fputs("\n`ifbench COMMAND --help` tells more. Start here, no key and no network needed:\n"
          "  ifbench scorers                       the checks there are\n"
          "  ifbench run --model http://127.0.0.1:8080/v1#NAME\n"
          "                                        the built-in suite against a local server\n"
          "\nexit status: 0 fine, 1 a check or gate missed, 2 usage, 3 bad input, 4 provider or\n"
          "network, 5 incomplete, 6 gate inconclusive, 70 bug, 74 disk, 130 interrupted\n", to);
}

static const struct ifb_command *find_command(const char *name)
{
    for (size_t i = 0; ifb_commands[i]; i++)
        if (strcmp(ifb_commands[i]->name, name) == 0)
            return ifb_commands[i];
    return NULL;
}

static const char *nearest_command(const char *name)
{
    const char *best = NULL;
    size_t least = strlen(name) / 3 + 2;

    for (size_t i = 0; ifb_commands[i]; i++) {
        size_t d = ifb_edit_distance(ifb_str_of(name), ifb_str_of(ifb_commands[i]->name), least);

        if (d < least) {
            least = d;
            best = ifb_commands[i]->name;
        }
    }
    return best;
}

/* A full disk shows only when the last bytes are pushed out. */
static int flushed(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno == EPIPE)
        return status;
    ifb_note("cannot write to standard output: %s", strerror(errno));
    return IFB_EXIT_IO;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run_command(const struct ifb_command *command, int argc, char **argv)
{
    struct ifb_cli cli = { .argc = argc, .argv = argv };
    struct ifb_error err = { 0 };
    enum ifb_code code;

    if (wants_help(argc, argv)) {
        ifb_help_command(command, stdout);
        return flushed(IFB_EXIT_OK);
    }
    cli.arena = ifb_arena_new();
    code = command->run(&cli, &err);
    if (code)
        ifb_note("%s", err.msg);
    ifb_arena_close(cli.arena);
    return flushed(code ? status_of(code) : cli.status);
}

/*
 * A short run spends a tenth of its time on pages that the allocator gives back
 * and asks for again; blocks of up to a megabyte stay.
 */
static void settle_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 2 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help", *near;
    const struct ifb_command *command = find_command(name);

    settle_malloc();

    if (command)
        return run_command(command, argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        ifb_print("ifbench %s\n", IFBENCH_VERSION);
        return flushed(IFB_EXIT_OK);
    }
    if (strcmp(name, "--man") == 0) {
        ifb_man();
        return flushed(IFB_EXIT_OK);
    }
    if (strcmp(name, "help") == 0 && argc > 2 && find_command(argv[2])) {
        ifb_help_command(find_command(argv[2]), stdout);
        return flushed(IFB_EXIT_OK);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        ifb_help_all(argc > 1 ? stdout : stderr);
        return argc > 1 ? flushed(IFB_EXIT_OK) : IFB_EXIT_USAGE;
    }
    near = nearest_command(name);
    ifb_note("unknown command '%s'%s%s%s; `ifbench --help` lists them", name,
             near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return IFB_EXIT_USAGE;
}
