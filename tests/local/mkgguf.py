#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a tiny llama-architecture GGUF (v3) with no third-party module.

  mkgguf.py OUT.gguf [--weights W.bin] [--dim 64 --layers 2 --heads 4 --ff 192 --ctx 4096 --seed 7]

Without --weights every matrix is seeded normal noise: a real model file that
llama.cpp loads and runs, whose text is nonsense. --weights takes the float32
dump that train.py writes (same tensor order as in tensors() below).
The vocabulary is 256 byte tokens plus printable ASCII, or plus the pieces in
--vocab (train.py's vocab.txt: one python repr a line), so any UTF-8 encodes.
"""
import argparse, array, ast, math, os, random, struct

U8, I8, U16, I16, U32, I32, F32, BOOL, STR, ARR, U64 = range(11)


def kv_str(s):
    b = s.encode() if isinstance(s, str) else s
    return struct.pack('<Q', len(b)) + b


class KV:
    def __init__(self):
        self.items = []

    def put(self, key, typ, payload):
        self.items.append(kv_str(key) + struct.pack('<I', typ) + payload)

    def s(self, k, v):
        self.put(k, STR, kv_str(v))

    def u(self, k, v):
        self.put(k, U32, struct.pack('<I', v))

    def f(self, k, v):
        self.put(k, F32, struct.pack('<f', v))

    def b(self, k, v):
        self.put(k, BOOL, struct.pack('<B', int(v)))

    def arr(self, k, et, vals):
        body = struct.pack('<IQ', et, len(vals))
        if et == STR:
            body += b''.join((kv_str(v) for v in vals))
        elif et == F32:
            body += struct.pack('<%df' % len(vals), *vals)
        elif et == I32:
            body += struct.pack('<%di' % len(vals), *vals)
        self.put(k, ARR, body)

CHAT = ("{% for m in messages %}{{ '<|' + m['role'] + '|>\\n' + m['content'] + '\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}")


def vocab(pieces):
    """SentencePiece-style: <unk> <s> </s>, 256 byte tokens, then pieces with falling scores."""
    toks, scores, types = (['<unk>', '<s>', '</s>'], [0.0] * 3, [2, 3, 3])
    for i in range(256):
        toks.append('<0x%02X>' % i)
        scores.append(0.0)
        types.append(6)
    for i, p in enumerate(pieces):
        toks.append(p.replace(' ', '\u2581'))
        scores.append(-float(i))
        types.append(1)
    return (toks, scores, types)


def tensors(d, nl, ff, nv):
    out = [('token_embd.weight', (d, nv))]
    for l in range(nl):
        p = 'blk.%d.' % l
        out += [(p + 'attn_norm.weight', (d,)), (p + 'attn_q.weight', (d, d)),
                (p + 'attn_k.weight', (d, d)), (p + 'attn_v.weight', (d, d)),
                (p + 'attn_output.weight', (d, d)), (p + 'ffn_norm.weight', (d,)),
                (p + 'ffn_gate.weight', (d, ff)), (p + 'ffn_up.weight', (d, ff)),
                (p + 'ffn_down.weight', (ff, d))]
    return out + [('output_norm.weight', (d,)), ('output.weight', (d, nv))]


def main():
    a = argparse.ArgumentParser()
    a.add_argument('out')
    a.add_argument('--weights')
    a.add_argument('--vocab')
    for k, v in dict(dim=64, layers=2, heads=4, ff=192, ctx=4096, seed=7).items():
        a.add_argument('--' + k, type=int, default=v)
    a.add_argument('--name', default='tiny-random')
    a.add_argument('--f16', action='store_true', help='store matrices as half floats')
    o = a.parse_args()
    pieces = [chr(c) for c in range(32, 127)]
    if o.vocab:
        pieces = [ast.literal_eval(x) for x in open(o.vocab, encoding='utf-8') if x.strip()]
    toks, scores, types = vocab(pieces)
    shapes = tensors(o.dim, o.layers, o.ff, len(toks))
    n = sum((math.prod(s) for _, s in shapes))
    if o.weights:
        flat = array.array('f')
        flat.frombytes(open(o.weights, 'rb').read())
        assert len(flat) == n, (len(flat), n)
    else:
        r = random.Random(o.seed)
        flat = array.array('f')
        for name, s in shapes:
            if 'norm' in name:
                flat.extend([1.0] * s[0])
            else:
                sd = 1.0 if name == 'token_embd.weight' else 1.5 / math.sqrt(s[0])
                flat.extend((r.gauss(0, sd) for _ in range(math.prod(s))))
    kv = KV()
    kv.s('general.architecture', 'llama')
    kv.s('general.name', o.name)
    kv.u('general.file_type', int(o.f16))
    kv.u('llama.context_length', o.ctx)
    kv.u('llama.embedding_length', o.dim)
    kv.u('llama.block_count', o.layers)
    kv.u('llama.feed_forward_length', o.ff)
    kv.u('llama.attention.head_count', o.heads)
    kv.u('llama.attention.head_count_kv', o.heads)
    kv.u('llama.rope.dimension_count', o.dim // o.heads)
    kv.f('llama.attention.layer_norm_rms_epsilon', 1e-05)
    kv.f('llama.rope.freq_base', 10000.0)
    kv.u('llama.vocab_size', len(toks))
    kv.s('tokenizer.ggml.model', 'llama')
    kv.arr('tokenizer.ggml.tokens', STR, toks)
    kv.arr('tokenizer.ggml.scores', F32, scores)
    kv.arr('tokenizer.ggml.token_type', I32, types)
    kv.u('tokenizer.ggml.bos_token_id', 1)
    kv.u('tokenizer.ggml.eos_token_id', 2)
    kv.u('tokenizer.ggml.unknown_token_id', 0)
    kv.b('tokenizer.ggml.add_bos_token', True)
    kv.b('tokenizer.ggml.add_space_prefix', False)
    kv.s('tokenizer.chat_template', CHAT)
    head = b'GGUF' + struct.pack('<IQQ', 3, len(shapes), len(kv.items)) + b''.join(kv.items)
    off, infos = (0, b'')
    for name, s in shapes:
        # ggml's type 1 is F16, 0 is F32; norms stay F32.
        half = o.f16 and len(s) == 2
        infos += (kv_str(name) + struct.pack('<I', len(s)) + struct.pack('<%dQ' % len(s), *s) +
                  struct.pack('<IQ', int(half), off))
        off += (math.prod(s) * (2 if half else 4) + 31) // 32 * 32
    with open(o.out, 'wb') as f:
        f.write(head + infos)
        f.write(b'\x00' * (-f.tell() % 32))
        at = 0
        for _, s in shapes:
            k = math.prod(s)
            v = flat[at:at + k]
            at += k
            b = struct.pack('<%de' % k, *v) if o.f16 and len(s) == 2 else v.tobytes()
            f.write(b + b'\x00' * (-len(b) % 32))
    print(o.out, os.path.getsize(o.out), 'bytes', n, 'parameters', len(toks), 'tokens')


main()
