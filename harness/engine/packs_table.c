/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packs and their files, each pinned to a commit of its upstream repository.
 * To add a file, add a row: the commit, the path, what `sha256sum` and `wc -c`
 * say, the licence of that very file, and its name in the data folder, which
 * other programs and suites rely on once it is released.
 */
#include "harness/engine/packs.h"

const struct ifb_pack ifb_packs[] = {
    { "ifeval", "IFEval: 541 prompts with verifiable instructions" },
    { "ifbench", "IFBench: 300 prompts, 58 kinds of instruction" },
    { "followbench", "FollowBench, English: constraints that add up level by level" },
    { "followbench-zh", "FollowBench, Chinese" },
    { "mtbench", "MT-Bench: 80 questions in two turns, reference answers, judge prompts" },
    { "alpacaeval", "AlpacaEval 2: 805 instructions with the baseline's answers, judge prompt" },
    { "alpacaeval1", "AlpacaEval 1: the same instructions with the older baseline's answers" },
    { "arenahard", "Arena-Hard v0.1: 500 prompts" },
    { "arenahard-v2", "Arena-Hard v2.0: 750 prompts" },
    { "infobench", "InFoBench: 500 instructions with questions about their answers" },
    { "m-ifeval", "M-IFEval: English, Spanish, French and Japanese prompts" },
    { "helm", "HELM: common misspellings, for perturbed prompts" },
    { "nlp", "sentence parameters, tagger, stop words and syllables that checks use" },
    { "alpacaeval-lc", "AlpacaEval 2: what the length-controlled win rate is fitted with" },
    { 0 }
};

#define GOOGLE_RESEARCH \
    "google-research/google-research/19638399cc9e03623c5b9087a1d6fa8813974ce9/"
#define IFBENCH \
    "allenai/IFBench/db69a6f05689830b0068b8f1529ebcfd2f3b164c/"
#define FOLLOWBENCH \
    "YJiangcm/FollowBench/6278f4c1377b4eafab737267b8b21acd52ea0e52/"
#define FASTCHAT \
    "lm-sys/FastChat/0e6d3e4beaab66f4d3f93db72541a4abab8af28d/"
#define ALPACA_EVAL \
    "tatsu-lab/alpaca_eval/cd543a149df89434d8a54582c0151c0b945c3d20/"
#define ARENA_HARD_AUTO \
    "lmarena/arena-hard-auto/196f6b826783b3da7310e361a805fa36f0be83f3/"
#define INFOBENCH \
    "KimJungMin0320/InfoBench/863bb98dda96abdb086e18c4bd8d40aa111e277f/"
#define M_IFEVAL \
    "shisa-ai/M-IFEval/06f08ff3b2681a7e875124aa6946bcc93739aced/"
#define HELM \
    "stanford-crfm/helm/63754d05db6f874e41a395880fb573890a13e791/"
#define SENTENCES \
    "neurosnap/sentences/43d1bdbe6812815207b11e0bf1f1da0368610de8/"
#define NLTK_DATA \
    "nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/"
#define SYLLAPY \
    "mholtzscher/syllapy/9b95c13d809a87e9eaba96f6b61e7fc3978acded/"

#define FILE_ROW(pack_, repo, path, local_, bytes_, licence_, sha) \
    { .pack = pack_, .upstream = repo path, .local = local_, .bytes = bytes_, \
      .licence = licence_, .sha256 = sha }

/* Files of one pack stand together, in the order of the packs. */
const struct ifb_pack_file ifb_pack_files[] = {
    FILE_ROW("ifeval", GOOGLE_RESEARCH, "instruction_following_eval/data/input_data.jsonl",
             "ifeval/input_data.jsonl", 207111, "Apache-2.0",
             "67ffeee0fcb87c317c5b08a2de85557b4a7e96ada6178aa645b4954fe4b53d49"),
    FILE_ROW("ifbench", IFBENCH, "data/IFBench_test.jsonl",
             "ifbench/IFBench_test.jsonl", 421502, "ODC-BY-1.0",
             "a2bf7b8e7ed11d39c65b4ec781da8b99663ed0121f97033d70fcecb61f8a9d85"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/content_constraints.json",
             "followbench/content_constraints.json", 178901, "Apache-2.0",
             "dedf04579bf205c1422e18ee1033d0372b02196ca4b5e921a3a65dca714e226b"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/example_constraints.json",
             "followbench/example_constraints.json", 947475, "Apache-2.0",
             "205d10ecde31b974f0c1537be4952b5e075ae5ca58008dc08aef1c442c32bada"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/format_constraints.json",
             "followbench/format_constraints.json", 105581, "Apache-2.0",
             "3b93ee931186edcb4e0a5f260de18cd550586c985192da39262fd023e90d8a76"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/mixed_constraints.json",
             "followbench/mixed_constraints.json", 110758, "Apache-2.0",
             "eae529546e0ef6a4a4936b6221cd25da9debaf261272409ed1fd57e8260bf820"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/situation_constraints.json",
             "followbench/situation_constraints.json", 90528, "Apache-2.0",
             "cab0e31e3f8dd69ba71018dde3eb63f3336b8aea6df82c7997da6abcbc159fb4"),
    FILE_ROW("followbench", FOLLOWBENCH, "data/style_constraints.json",
             "followbench/style_constraints.json", 94210, "Apache-2.0",
             "5a9a049a24a9a53e67b4ad97f1fb7633b4629f6ce461662888804313cc90c27a"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/content_constraints.json",
             "followbench/zh/content_constraints.json", 115544, "Apache-2.0",
             "f0baaee245a24fe3f38e4e7bd18c44700f67557397989c46c58ab4482d46f28f"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/example_constraints.json",
             "followbench/zh/example_constraints.json", 862421, "Apache-2.0",
             "33a0f6f2b72b530de42907fbdde6947b70c7676ee6e78a9078ecd63bca97c437"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/format_constraints.json",
             "followbench/zh/format_constraints.json", 90579, "Apache-2.0",
             "65400edb71326ad8e69474701ab14252c4d3d2e9b8b49643716d897967d6636e"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/mixed_constraints.json",
             "followbench/zh/mixed_constraints.json", 87703, "Apache-2.0",
             "5495223e7f93d0fccc2b63ffd951b07825b1b7c82b4a009d99efae56b312dd53"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/situation_constraints.json",
             "followbench/zh/situation_constraints.json", 80479, "Apache-2.0",
             "2bb26ae2df58d63ccfd2b512adb0c66c33f1fe5c8a1368c3c0bc9aff5d87689c"),
    FILE_ROW("followbench-zh", FOLLOWBENCH, "data_zh/style_constraints.json",
             "followbench/zh/style_constraints.json", 86014, "Apache-2.0",
             "7e9ee17fa2520c8187438fc0a66e63bc6831bf4e51c2ee6429b46b0bfdec6a27"),
    FILE_ROW("mtbench", FASTCHAT, "fastchat/llm_judge/data/mt_bench/question.jsonl",
             "mtbench/question.jsonl", 48929, "Apache-2.0",
             "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7"),
    FILE_ROW("mtbench", FASTCHAT, "fastchat/llm_judge/data/mt_bench/reference_answer/gpt-4.jsonl",
             "mtbench/reference_answer_gpt-4.jsonl", 51109, "Apache-2.0",
             "f957a5bc977badb66885ec970e6cd08527845780313f0995764260e5777b9b3f"),
    FILE_ROW("mtbench", FASTCHAT, "fastchat/llm_judge/data/judge_prompts.jsonl",
             "mtbench/judge_prompts.jsonl", 10449, "Apache-2.0",
             "fd283293406d024f44c174b094ef48031d0687a4682fd3a56b29b138f80281b6"),
    FILE_ROW("alpacaeval", ALPACA_EVAL, "results/gpt4_1106_preview/model_outputs.json",
             "alpacaeval/gpt4_1106_preview.model_outputs.json", 1899765, "CC-BY-NC-4.0",
             "83db546b872ddebee8965fd05fa48461ee3c32bc695c62fb57f2d214ff741ec4"),
    FILE_ROW("alpacaeval", ALPACA_EVAL,
             "src/alpaca_eval/evaluators_configs/"
             "alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf.txt",
             "alpacaeval/judge_prompt_alpaca_eval_clf.txt", 1398, "Apache-2.0",
             "784227e6dc2832fc08c43d2c8ea3a308e7523780187a1aaad2f85e30bac85f62"),
    FILE_ROW("alpacaeval1", ALPACA_EVAL, "results/text_davinci_003/model_outputs.json",
             "alpacaeval/text_davinci_003.model_outputs.json", 474865, "CC-BY-NC-4.0",
             "af0bc112f08c88bf589bbfe6fc1036806d0a0f6fec9c4d5a4db860f5afe73b4b"),
    FILE_ROW("arenahard", ARENA_HARD_AUTO, "data/arena-hard-v0.1/question.jsonl",
             "arenahard/v0.1_question.jsonl", 272075, "Apache-2.0",
             "2650242d2883f22b2abd498f273b6a7e02253cce533f5c91a858e1d44aa3002f"),
    FILE_ROW("arenahard-v2", ARENA_HARD_AUTO, "data/arena-hard-v2.0/question.jsonl",
             "arenahard/v2.0_question.jsonl", 947596, "Apache-2.0",
             "a75cef6623db6b27aec810497b059f0659705d7ff48dcbccc5bd5b130728ac73"),
    FILE_ROW("infobench", INFOBENCH, "model/GPT4_output.jsonl",
             "infobench/GPT4_output.jsonl", 1146408, "MIT",
             "8b636feb330d91adc43144445083445cd6eb06cab9aa318bbd03e165e793093b"),
    FILE_ROW("m-ifeval", M_IFEVAL, "data/en_input_data.jsonl",
             "m-ifeval/en_input_data.jsonl", 203931, "Apache-2.0",
             "48a13f6e56fcd38da37fb9a7da78277792643bb96a1b0e60e79405e6a5d10fca"),
    FILE_ROW("m-ifeval", M_IFEVAL, "data/es_input_data.jsonl",
             "m-ifeval/es_input_data.jsonl", 37140, "Apache-2.0",
             "4c4d06d792890a800da33d39325e19969aeacdc2387cacc9bd6241fb2af73e23"),
    FILE_ROW("m-ifeval", M_IFEVAL, "data/fr_input_data.jsonl",
             "m-ifeval/fr_input_data.jsonl", 92101, "Apache-2.0",
             "a7cd5276fe3cad92cfaad444a9bb5f10cd769b0f3858582a8147b495e7e957ce"),
    FILE_ROW("m-ifeval", M_IFEVAL, "data/ja_input_data.jsonl",
             "m-ifeval/ja_input_data.jsonl", 63005, "Apache-2.0",
             "12bf6df416255a86bc0b8e911e05fadc713b4b06f66232299dbf9ea51f172daa"),
    FILE_ROW("helm", HELM, "src/helm/benchmark/augmentations/correct_to_misspelling.json",
             "helm/correct_to_misspelling.json", 213429, "Apache-2.0 (list derives from CC-BY-SA)",
             "2f8e118895e52426bacd0cd32dfd0c14708e845c910d129f2d03571fe9f75c8b"),
    FILE_ROW("nlp", SENTENCES, "data/english.json",
             "punkt/upstream-english.json", 403121, "MIT",
             "d4dfe77f9dbb8e504a2ac103ac8c93daf3fb6acee194b7e0b87ee938fa5e2804"),
    FILE_ROW("nlp", NLTK_DATA, "packages/taggers/averaged_perceptron_tagger.zip",
             "nltk/averaged_perceptron_tagger.zip", 2526731, "not stated (see nltk_data)",
             "e1f13cf2532daadfd6f3bc481a49859f0b8ea6432ccdcd83e6a49a5f19008de9"),
    FILE_ROW("nlp", NLTK_DATA, "packages/corpora/stopwords.zip",
             "nltk/stopwords.zip", 34276, "not stated (see nltk_data)",
             "15c94179887425ca1bedc265608cab9f27d650211f709bb929e320990a4b01d1"),
    FILE_ROW("nlp", SYLLAPY, "syllapy/data.csv",
             "syllapy/data.csv", 61478, "MIT",
             "15dbc605f4b03690ccf4fbfe14f634b52efcea866c21310664253fadb718bc0d"),
    FILE_ROW("alpacaeval-lc", ALPACA_EVAL,
             "results/vicuna-13b-v1.5/weighted_alpaca_eval_gpt4_turbo/"
             "weighted_alpaca_eval_gpt4_turbo/annotations.json",
             "alpacaeval-lc/vicuna-13b-v1.5.annotations.json", 4171837, "CC-BY-NC-4.0",
             "006353d44b04662232ff463ad4cf1de4ec73901a0544a521e2eb89905166f212"),
    FILE_ROW("alpacaeval-lc", ALPACA_EVAL,
             "results/vicuna-7b-v1.5/weighted_alpaca_eval_gpt4_turbo/"
             "weighted_alpaca_eval_gpt4_turbo/annotations.json",
             "alpacaeval-lc/vicuna-7b-v1.5.annotations.json", 4191734, "CC-BY-NC-4.0",
             "d5c925ec2ffd020be5c346a74ea18ad72ba1fb4dd8aca163a43196b993347142"),
    FILE_ROW("alpacaeval-lc", ALPACA_EVAL, "results/gpt4_1106_preview_verbose/model_outputs.json",
             "alpacaeval-lc/gpt4_1106_preview_verbose.model_outputs.json", 2194834, "CC-BY-NC-4.0",
             "b0f5a776fdeaf0a39db7f8f1b10ee5a4613468ff5c7b7a577645ea23f2995e38"),
    FILE_ROW("alpacaeval-lc", ALPACA_EVAL, "results/gpt4_1106_preview_concise/model_outputs.json",
             "alpacaeval-lc/gpt4_1106_preview_concise.model_outputs.json", 1162116, "CC-BY-NC-4.0",
             "eff59f86f4da5bd23964af58ba2f7dd3341be2884e20958d21fca49456891627"),
    FILE_ROW("alpacaeval-lc", ALPACA_EVAL,
             "src/alpaca_eval/metrics/weights/weighted_alpaca_eval_gpt4_turbo/"
             "length_controlled_v1/baseline_gpt4_1106_preview.csv",
             "alpacaeval-lc/baseline_gpt4_1106_preview.csv", 15758, "Apache-2.0",
             "3bd6d5a46327020f1b3eea79ac62d537f89a953d44ab0a6da83c954e36a23254"),
    { 0 }
};
