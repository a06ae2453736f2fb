/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file of answers for the replay provider. */
#ifndef IFB_ENGINE_REPLAY_FILE_H
#define IFB_ENGINE_REPLAY_FILE_H

#include <ifbench/replay.h>

/*
 * JSON lines {"prompt", "response"}, plain or gzip; a "response" that is null
 * is an answer without text. Also what the official tools of judged suites keep:
 * AlpacaEval's model_outputs.json, lines of answers of MT-Bench and Arena-Hard,
 * InFoBench's outputs. IFB_EINPUT with file and line for anything else.
 */
enum ifb_code ifb_replay_read(const char *path, struct ifb_replay **out, struct ifb_error *err);

#endif
