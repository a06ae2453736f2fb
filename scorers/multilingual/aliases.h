/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of M-IFEval that are another name of one of IFEval's. */
#ifndef IFB_SCORERS_ALIASES_H
#define IFB_SCORERS_ALIASES_H

#include <ifbench/types.h>

/* IFEval's id of the same check ("keywords:existence" for "fr:..."), or absent. */
ifb_str ifb_check_alias(ifb_str id);

#endif
