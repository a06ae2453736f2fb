/* SPDX-License-Identifier: Apache-2.0 */
/* What the tagger keeps of its model; shared by the files that load, freeze and ask it. */
#ifndef IFB_SCORERS_NLP_TAGGER_MODEL_H
#define IFB_SCORERS_NLP_TAGGER_MODEL_H

#include <ifbench/text.h>

#include "scorers/nlp/lexicon.h"

enum {
    IFB_TAGGER_CLASSES = 64,  /* as the class of a weight: the feature before it ends here */
    IFB_TAGGER_NAME = 8       /* of a class, with its NUL */
};

struct ifb_tagger {
    char names[IFB_TAGGER_CLASSES][IFB_TAGGER_NAME];
    bool known[IFB_TAGGER_CLASSES];  /* is in the model's set of classes */
    uint32_t nclasses;
    /* Of a feature: where its weights begin. Of a token: the class it always has. */
    struct ifb_lexicon keys;
    const double *weights;
    const uint8_t *classes;          /* of the weights */
    size_t nweights;
};

#endif
