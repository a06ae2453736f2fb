/* SPDX-License-Identifier: Apache-2.0 */
/* One parser for all commands, from the same rows that help is made of. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

/* "max_errors" as it is typed. */
static const char *typed(const struct ifb_field *f, char out[80])
{
    size_t n = 0;

    for (; f->name[n] && n < 79; n++)
        out[n] = f->name[n] == '_' ? '-' : f->name[n];
    out[n] = '\0';
    return out;
}

static const struct ifb_field *find_typed(const struct ifb_field *fields, ifb_str name)
{
    char as[80];

    for (const struct ifb_field *f = fields; f && f->name; f++)
        if (ifb_str_is(name, typed(f, as)))
            return f;
    return NULL;
}

static const struct ifb_field *find_letter(const struct ifb_field *fields, char letter)
{
    for (const struct ifb_field *f = fields; f && f->name; f++)
        if (f->letter == letter)
            return f;
    return NULL;
}

static enum ifb_code fail_option(const struct ifb_command *command, const char *word,
                                 struct ifb_error *err)
{
    const char *best = NULL, *bare = word + strspn(word, "-");
    size_t least = strlen(bare) / 3 + 2;
    char as[80];

    for (const struct ifb_field *f = command->options; f && f->name; f++) {
        size_t d = ifb_edit_distance(ifb_str_of(bare), ifb_str_of(typed(f, as)), least);

        if (d < least) {
            least = d;
            best = f->name;
        }
    }
    if (!best)
        return ifb_fail(err, IFB_EUSAGE, "unknown option '%s'; see `ifbench %s --help`", word,
                        command->name);
    return ifb_fail(err, IFB_EUSAGE, "unknown option '%s', did you mean --%s?", word,
                    typed(ifb_field_find(command->options, ifb_str_of(best)), as));
}

/* One reading of a command line. */
struct reading {
    struct ifb_cli *cli;
    const struct ifb_command *command;
    void *out;
    bool *seen;  /* one a row: given on the command line */
    int at;      /* the next word */
};

static enum ifb_code set_option(struct reading *r, const struct ifb_field *f, ifb_str value,
                                struct ifb_error *err)
{
    size_t row = (size_t)(f - r->command->options);
    char as[80];

    /* A list of the configuration file is replaced, not added to. */
    if (f->kind == IFB_STRINGS && !r->seen[row])
        *(struct ifb_strs *)((char *)r->out + f->offset) = (struct ifb_strs){ NULL, 0 };
    r->seen[row] = true;
    if (!value.ptr && f->kind != IFB_BOOL) {
        if (r->at >= r->cli->argc)
            return ifb_fail(err, IFB_EUSAGE, "--%s wants %s", typed(f, as),
                            f->value ? f->value : "a value");
        value = ifb_str_of(r->cli->argv[r->at++]);
    }
    if (ifb_field_set(f, value, r->out, r->cli->arena, err))
        return ifb_within(err, "--%s", typed(f, as));
    return IFB_OK;
}

static enum ifb_code read_long(struct reading *r, const char *word, struct ifb_error *err)
{
    ifb_str name = ifb_str_of(word + 2), value = { NULL, 0 };
    const struct ifb_field *f;
    size_t equals = ifb_str_chr(name, '=', 0);

    if (equals != SIZE_MAX) {
        value = ifb_str_from(name, equals + 1);
        name.len = equals;
    }
    f = find_typed(r->command->options, name);
    if (!f && !value.ptr && ifb_str_starts(name, IFB_STR("no-"))) {
        f = find_typed(r->command->options, ifb_str_from(name, 3));
        f = f && f->kind == IFB_BOOL ? f : NULL;
        value = IFB_STR("false");
    }
    return f ? set_option(r, f, value, err) : fail_option(r->command, word, err);
}

static enum ifb_code read_short(struct reading *r, const char *word, struct ifb_error *err)
{
    const struct ifb_field *f = find_letter(r->command->options, word[1]);
    ifb_str value = word[2] ? ifb_str_of(word + 2) : (ifb_str){ NULL, 0 };

    if (!f || (value.ptr && f->kind == IFB_BOOL))
        return fail_option(r->command, word, err);
    return set_option(r, f, value, err);
}

enum ifb_code ifb_options_read(struct ifb_cli *cli, const struct ifb_command *command, void *out,
                               struct ifb_strs *words, struct ifb_error *err)
{
    struct reading r = { .cli = cli, .command = command, .out = out, .at = 1 };
    ifb_str *left = ifb_new(cli->arena, ifb_str, (size_t)cli->argc);
    size_t nleft = 0, rows = 0;
    bool ended = false;
    enum ifb_code code = IFB_OK;

    while (command->options && command->options[rows].name)
        rows++;
    r.seen = ifb_new(cli->arena, bool, rows);
    while (r.at < cli->argc && !code) {
        const char *word = cli->argv[r.at++];

        if (ended || word[0] != '-' || !word[1])
            left[nleft++] = ifb_str_of(word);
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] == '-')
            code = read_long(&r, word, err);
        else
            code = read_short(&r, word, err);
    }
    *words = (struct ifb_strs){ left, nleft };
    return code;
}

struct ifb_strs ifb_options_split(struct ifb_strs in, struct ifb_arena *arena)
{
    ifb_str *at = NULL, part;
    size_t n = 0, cap = 0;

    for (size_t i = 0; i < in.n; i++) {
        ifb_str rest = in.at[i];
        bool more = true;

        while (more) {
            more = ifb_str_chop(&rest, ',', &part);
            at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
            at[n] = ifb_str_trim_ascii(more ? part : rest);
            n += at[n].len > 0;
        }
    }
    return (struct ifb_strs){ at, n };
}

static void help_option(const struct ifb_field *f, FILE *to)
{
    char as[80], left[120], shorts[8] = "";
    struct ifb_buf choices;

    if (f->letter)
        snprintf(shorts, sizeof(shorts), "-%c, ", f->letter);
    snprintf(left, sizeof(left), "%s--%s%s%s", shorts, typed(f, as), f->value ? " " : "",
             f->value ? f->value : "");
    fprintf(to, "  %-28s ", left);
    if (strlen(left) > 28)
        fprintf(to, "\n  %-28s ", "");
    fprintf(to, "%s", f->doc);
    if (f->kind == IFB_CHOICE) {
        ifb_buf_init(&choices, 1024);
        for (size_t i = 0; f->choices[i]; i++)
            ifb_buf_fmt(&choices, "%s%s", i ? ", " : "", f->choices[i]);
        fprintf(to, " (%.*s)", (int)choices.len, choices.ptr);
        ifb_buf_close(&choices);
    }
    fputc('\n', to);
}

void ifb_help_command(const struct ifb_command *command, FILE *to)
{
    fprintf(to, "usage: ifbench %s\n\n%s\n", command->usage, command->doc);
    for (size_t i = 0; command->more && command->more[i]; i++)
        fprintf(to, "\n%s\n", command->more[i]);
    if (command->options)
        fprintf(to, "\noptions:\n");
    for (const struct ifb_field *f = command->options; f && f->name; f++)
        help_option(f, to);
    if (command->examples)
        fprintf(to, "\nexamples:\n");
    for (const struct ifb_example_line *e = command->examples; e && e->line; e++)
        fprintf(to, "  %s\n      %s\n", e->line, e->doc);
}
