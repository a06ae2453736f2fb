/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in the texts of a suite file.
 *
 *     {{name}}          the variable; white space around the name is allowed
 *     {{name:number}}   as a number, out of the text of a table's cell
 *     {{name:text}}     as text, out of a number
 *     {{"..."}}         the quoted characters themselves, so {{"{{"}} is two braces
 *     \{{               two braces
 *
 * A string that is one {{name}} and nothing else becomes the variable's value
 * with its type: a number, a list. Inside other text a value must be a text, a
 * number or a boolean. Values are not expanded again. An unknown name is an error.
 */
#ifndef IFB_SUITES_TEMPLATE_H
#define IFB_SUITES_TEMPLATE_H

#include <ifbench/types.h>

/* Where names are looked up, the innermost first; ends with NULL. */
struct ifb_scope {
    const struct ifb_json *vars;      /* an object or NULL */
    struct ifb_strs columns, cells;   /* of a table's row; none: no table */
    const struct ifb_scope *outer;
};

struct ifb_template {
    struct ifb_arena *arena;          /* of what is made */
    const struct ifb_scope *scope;
    size_t *room;                     /* bytes that may still be made, of all templates together */
};

/*
 * The value with all its strings expanded; keys stay. The value itself when
 * nothing in it has braces. On failure *line is that of the string at fault.
 *   IFB_EINPUT  unknown variable (with the nearest), braces that do not close, a
 *               value that cannot stand in a text or is no number
 *   IFB_ELIMIT  *room is used up
 */
enum ifb_code ifb_template_expand(struct ifb_template *t, const struct ifb_json *value,
                                  const struct ifb_json **out, unsigned *line,
                                  struct ifb_error *err);

/* True when some string of the value asks for one of the names. */
bool ifb_template_uses(const struct ifb_json *value, struct ifb_strs names);

#endif
