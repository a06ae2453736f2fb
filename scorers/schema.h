/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema, draft 2020-12: the keywords that structured output is asked for
 * with. Compiled once, checked against many values.
 *
 *   any value   type enum const anyOf oneOf allOf not $ref, true and false as schemas
 *   numbers     minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
 *   strings     minLength maxLength (code points) pattern
 *   arrays      items prefixItems minItems maxItems uniqueItems
 *   objects     properties required additionalProperties minProperties maxProperties
 *   no effect   title description default examples format $comment $schema $defs,
 *               and $id at the root
 *
 * Any other keyword is refused: a rule that is not held must not look as if it
 * were. Numbers are compared exactly as decimals; 1.0 is an integer. $ref stays
 * inside the document: "#" or a JSON pointer, "#/$defs/x", with ~0, ~1 and %XX.
 * `pattern` is Python's `re`, searched, not ECMA-262: \d, \w and \s take
 * Unicode's characters, \p{..} and \cX are refused, $ also matches before a
 * last line break.
 */
#ifndef IFB_SCORERS_SCHEMA_H
#define IFB_SCORERS_SCHEMA_H

#include <ifbench/check.h>

struct ifb_schema;

/* The most subschemas of a schema, and the work that one check may be. */
#define IFB_SCHEMA_NODES 10000
#define IFB_SCHEMA_STEPS 10000000
#define IFB_SCHEMA_DEPTH 2000  /* schemas inside each other while checking */

/*
 * Compiles `source`, which must live as long as the schema, as `arena` must.
 * IFB_EINPUT with the JSON pointer of the fault: an unknown keyword, a value of
 * the wrong type, a $ref to nowhere or one that comes back to itself without
 * having gone into the value. ifb_schema_close is due also then.
 */
enum ifb_code ifb_schema_new(const struct ifb_json *source, struct ifb_arena *arena,
                             struct ifb_schema **out, struct ifb_error *err);

/* Releases the compiled patterns; NULL is fine. */
void ifb_schema_close(struct ifb_schema *schema);

/* The first rule that a value breaks: "/items/3/price: 12.5 is more than maximum 10". */
struct ifb_breach {
    ifb_str why;                /* in scratch */
    const struct ifb_json *at;  /* the value that breaks it */
};

/*
 * FAIL with *breach (NULL: not wanted) set; ERROR with its `why` set when the check takes more than
 * IFB_SCHEMA_STEPS, all its patterns together more than IFB_RE_STEPS (regex.h),
 * or goes deeper than IFB_SCHEMA_DEPTH. May run in many threads.
 */
enum ifb_outcome ifb_schema_check(const struct ifb_schema *schema, const struct ifb_json *value,
                                  struct ifb_arena *scratch, struct ifb_breach *breach);

#endif
