/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of Spanish checks share. */
#ifndef IFB_SCORERS_SPANISH_H
#define IFB_SCORERS_SPANISH_H

#include "scorers/families.h"

/* "al menos" and "como máximo"; ends with NULL. */
extern const char *const ifb_es_relations[];

/* Of an index into ifb_es_relations. */
static inline int64_t ifb_es_relation(int64_t index)
{
    return index ? IFB_AT_MOST : IFB_AT_LEAST;
}

/* A required relation in Spanish called `key`; bind turns it into an enum ifb_relation. */
#define IFB_ES_RELATION(type, member, key, text)                                        \
    IFB_FIELD(type, member, key, .kind = IFB_CHOICE, .required = true,                  \
              .choices = ifb_es_relations, .doc = text)

#define IFB_ES_SIDE "which side of the threshold passes"

/* A relation that upstream refuses when it is none, and does not look at otherwise. */
#define IFB_ES_IGNORED(type, member, key)                                               \
    IFB_FIELD(type, member, key, .kind = IFB_CHOICE, .choices = ifb_es_relations,       \
              .doc = "is not looked at")

#endif
