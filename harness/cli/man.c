/* SPDX-License-Identifier: Apache-2.0 */
/* The man page (mdoc), made from the same tables as --help: `ifbench --man`. */
#include <stdlib.h>

#include <ifbench.h>

#include "harness/cli/command.h"

/* Escapes what roff would take for its own: backslashes, and dots and quotes at a line's start. */
static void put(const char *text)
{
    bool start = true;

    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            ifb_print("\\&");
        if (*text == '\\')
            ifb_print("\\e");
        else if (*text == '-')
            ifb_print("\\-");
        else
            ifb_print("%c", *text);
        start = *text == '\n';
    }
}

static void put_option(const struct ifb_field *f)
{
    ifb_print(".It ");
    if (f->letter)
        ifb_print("Fl %c , ", f->letter);
    ifb_print("Fl \\-");
    for (const char *p = f->name; *p; p++)
        ifb_print(*p == '_' ? "\\-" : "%c", *p);
    if (f->value) {
        ifb_print(" Ar ");
        put(f->value);
    }
    ifb_print("\n");
    put(f->doc);
    ifb_print("\n");
    for (size_t i = 0; f->kind == IFB_CHOICE && f->choices[i]; i++)
        ifb_print("%s%s", i ? ", " : "Choices: ", f->choices[i]);
    if (f->kind == IFB_CHOICE)
        ifb_print(".\n");
}

static void put_command(const struct ifb_command *c)
{
    ifb_print(".Ss ");
    put(c->usage);
    ifb_print("\n");
    put(c->doc);
    ifb_print(".\n");
    for (size_t i = 0; c->more && c->more[i]; i++) {
        ifb_print(".Pp\n");
        put(c->more[i]);
        ifb_print("\n");
    }
    if (c->options) {
        ifb_print(".Bl -tag -width Ds\n");
        for (const struct ifb_field *f = c->options; f->name; f++)
            put_option(f);
        ifb_print(".El\n");
    }
    for (const struct ifb_example_line *e = c->examples; e && e->line; e++) {
        ifb_print(".Pp\n");
        put(e->doc);
        ifb_print(":\n.Dl ");
        put(e->line);
        ifb_print("\n");
    }
}

static void put_environment(void)
{
    static const char *const rows[][2] = {
        { "IFBENCH_API_KEY", "the key for models that are named by their address" },
        { "OPENAI_API_KEY", "the key for openai:NAME" },
        { "OPENAI_BASE_URL", "an address instead of OpenAI's" },
        { "IFBENCH_DATA", "the folder of the data packs" },
        { "XDG_DATA_HOME", "where the packs are otherwise, in its folder ifbench" },
        { "IFBENCH_GNUPLOT", "the gnuplot that draws plots; off for tables alone" },
        { "http_proxy, https_proxy, no_proxy", "proxies, as curl reads them" },
        { "CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR", "certificates to trust" },
    };

    ifb_print(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        ifb_print(".It Ev %s\n%s\n", rows[i][0], rows[i][1]);
    ifb_print(".El\n");
}

void ifb_man(void)
{
    ifb_print(".Dd 2026\n.Dt IFBENCH 1\n.Os\n.Sh NAME\n.Nm ifbench\n"
              ".Nd instruction\\-following benchmarks for language models\n"
              ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n"
              "Sends the prompts of a suite to a model, checks every answer against the\n"
              "constraints of its prompt, and reports how many were followed.\n.Sh COMMANDS\n");
    for (size_t i = 0; ifb_commands[i]; i++)
        put_command(ifb_commands[i]);
    put_environment();
    ifb_print(".Sh FILES\n.Bl -tag -width Ds\n"
              ".It Pa ifbench.yaml\noptions of the commands, as\n.Ql name: value\nlines\n"
              ".It Pa runs/TIME\\-SUITE\na run: manifest.json, journal.jsonl, verdicts.jsonl, "
              "summary.json and reports\n.El\n"
              ".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n"
              ".It 0\nfine\n.It 1\na check or a gate missed\n.It 2\nusage\n.It 3\nbad input\n"
              ".It 4\nprovider or network: nothing was answered, or a model was given up\n"
              ".It 5\nincomplete: calls are pending, the budget is used up, more than\n"
              ".Fl \\-max\\-unscored\nof the samples have no verdict, or, under\n.Fl \\-strict ,\n"
              "a sample is unscored, a check erred, or a warning bears on the scores\n"
              ".It 6\ngate inconclusive\n.It 70\na bug\n.It 74\ndisk\n.It 130\ninterrupted\n.El\n");
}
