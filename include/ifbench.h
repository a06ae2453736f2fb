/* SPDX-License-Identifier: Apache-2.0 */
/* Everything libifbench offers. */
#ifndef IFBENCH_H
#define IFBENCH_H

#include <ifbench/baseline.h>
#include <ifbench/check.h>
#include <ifbench/compare.h>
#include <ifbench/gate.h>
#include <ifbench/judge.h>
#include <ifbench/judged.h>
#include <ifbench/leaderboard.h>
#include <ifbench/perturb.h>
#include <ifbench/plot.h>
#include <ifbench/provider.h>
#include <ifbench/replay.h>
#include <ifbench/report.h>
#include <ifbench/run.h>
#include <ifbench/stats.h>
#include <ifbench/suite.h>
#include <ifbench/text.h>
#include <ifbench/types.h>

#define IFBENCH_VERSION "0.1.0"

#endif
