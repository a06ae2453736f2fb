#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Train a very small llama on text this file makes up, and dump float32 weights for mkgguf.py.

  /usr/bin/python3 train.py OUTDIR --seconds 480      (needs Debian's python3-torch)

The text is (instruction, answer) pairs from templates: a topic and one simple
constraint (lowercase, capitals, no comma, N bullets, quotes, keyword, JSON, end phrase).
The result follows a constraint often but not always: pass rates between 0 and 1.
"""
import argparse, array, json, math, os, random, re, time, collections
import torch, torch.nn as nn, torch.nn.functional as F

TOPICS = {
    'a cat': [
        'the cat sleeps on the warm mat',
        'the cat hunts a grey mouse at night',
        'a small cat drinks cold milk',
        'the cat likes to climb the old tree',
    ],
    'the sea': [
        'the sea is deep and blue',
        'waves roll over the sandy beach',
        'a ship sails far from the shore',
        'fish swim under the quiet waves',
    ],
    'winter': [
        'snow falls on the silent town',
        'children build a snowman in the yard',
        'the nights are long and cold',
        'people wear warm coats and gloves',
    ],
    'bread': [
        'fresh bread smells wonderful in the morning',
        'the baker mixes flour and water',
        'a warm oven turns dough into bread',
        'people share bread at the table',
    ],
    'a train': [
        'the train leaves the station at noon',
        'a long train crosses the old bridge',
        'travellers read books by the window',
        'the driver watches the signals carefully',
    ],
    'music': [
        'music fills the room with joy',
        'she plays the piano every evening',
        'a good song makes people dance',
        'the drummer keeps a steady beat',
    ],
    'a garden': [
        'the garden is full of red roses',
        'bees visit the flowers in spring',
        'an old man waters the plants',
        'tomatoes grow near the wooden fence',
    ],
    'the moon': [
        'the moon shines over the hills',
        'astronauts walked on the moon long ago',
        'the moon pulls the tides each day',
        'a full moon lights the forest path',
    ],
    'a school': [
        'the school opens early each morning',
        'pupils learn to read and write',
        'the teacher explains the lesson slowly',
        'a bell rings when class is over',
    ],
    'coffee': [
        'coffee keeps the workers awake',
        'she drinks coffee with a little sugar',
        'the beans come from a distant farm',
        'hot coffee warms cold hands',
    ],
}
ENDS = ['is there anything else', 'that is all', 'have a nice day']
WORDS = ['river', 'garden', 'window', 'summer', 'mountain', 'paper', 'silver', 'friend']
CONN = ['and', 'while', 'because', 'so', 'but']


def cap(s):
    return s[0].upper() + s[1:]


def sents(r, t, n):
    pool = TOPICS[t][:]
    r.shuffle(pool)
    out = []
    for i in range(n):
        s = pool[i % len(pool)]
        if r.random() < 0.4:
            s = (s + (', ' if r.random() < 0.5 else ' ') + r.choice(CONN) + ' ' +
                 pool[(i + 1) % len(pool)])
        out.append(cap(s) + '.')
    return out


def pair(r):
    t = r.choice(list(TOPICS))
    n = r.randint(1, 4)
    k = r.randrange(9)
    ask = r.choice(['Write about %s.', 'Tell me about %s.', 'Write a short text about %s.',
                    'Describe %s.']) % t
    body = ' '.join(sents(r, t, n))
    if k == 0:
        return (ask + r.choice([' Use only lowercase letters.',
                                ' Your entire response should be in lowercase. No capital letters '
                                'are allowed.']), body.lower())
    if k == 1:
        return (ask + r.choice([' Use only capital letters.',
                                ' Your entire response should be in all capital letters.']),
                body.upper())
    if k == 2:
        return (ask + r.choice([' Do not use any commas.',
                                ' In your entire response, refrain from the use of any commas.']),
                body.replace(',', ''))
    if k == 3:
        n = r.randint(2, 4)
        return (ask + ' Your answer must contain exactly %d bullet points. Use markdown bullets '
                'such as * this is a point.' % n,
                '\n'.join(('* ' + cap(s) + '.' for s in (TOPICS[t] * 2)[:n])))
    if k == 4:
        return (ask + ' Wrap your entire response with double quotation marks.', '"' + body + '"')
    if k == 5:
        w = r.choice(WORDS)
        return (ask + ' Include the keyword %s in the response.' % w, body + ' The %s is near.' % w)
    if k == 6:
        e = r.choice(ENDS)
        return (ask + ' Finish your response with this exact phrase: %s' % e, body + ' ' + e)
    if k == 7:
        return (ask + ' Entire output should be wrapped in JSON format.',
                json.dumps({'topic': t, 'text': body}))
    return (ask, body)


def pieces_from(text, n):
    """Word pieces by frequency with their leading space, after the printable characters."""
    c = collections.Counter(re.findall(' ?[A-Za-z]+|[^A-Za-z]', text))
    ws = [w for w, _ in c.most_common(4 * n) if len(w) > 2][:n]
    return ws


class Tok:
    """What llama.cpp's SPM merge would do on this vocabulary: greedy by score over pairs.

    It can only reach a piece through existing sub-pieces, so every prefix of a word is put in
    the vocabulary too.
    """

    def __init__(self, words):
        chars = [chr(c) for c in range(32, 127)] + ['\n']
        # Short prefixes first would win merges too early: longer pieces get the better score.
        pre = {w[:i] for w in words for i in range(2, len(w) + 1)}
        order = sorted(pre, key=lambda w: (-len(w), w)) + chars
        self.pieces = order
        self.id = {p: 259 + i for i, p in enumerate(order)}
        self.score = {p: -float(i) for i, p in enumerate(order)}

    def encode(self, s):
        sy = list(s)
        while True:
            best, at = (None, -1)
            for i in range(len(sy) - 1):
                sc = self.score.get(sy[i] + sy[i + 1])
                if sc is not None and (best is None or sc > best):
                    best, at = (sc, i)
            if at < 0:
                break
            sy[at:at + 2] = [sy[at] + sy[at + 1]]
        out = []
        for p in sy:
            if p in self.id:
                out.append(self.id[p])
            else:
                out += [3 + b for b in p.encode()]
        return out


class Block(nn.Module):
    def __init__(self, d, h, ff):
        super().__init__()
        self.h = h
        self.n1 = nn.Parameter(torch.ones(d))
        self.n2 = nn.Parameter(torch.ones(d))
        lin = lambda a, b: nn.Linear(a, b, bias=False)
        self.q, self.k, self.v, self.o = (lin(d, d), lin(d, d), lin(d, d), lin(d, d))
        self.g, self.u, self.dn = (lin(d, ff), lin(d, ff), lin(ff, d))


def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-05) * w


def rope(x, cs, sn):
    # Interleaved pairs, as llama.cpp's "norm" rope.
    a, b = (x[..., 0::2], x[..., 1::2])
    return torch.stack((a * cs - b * sn, a * sn + b * cs), -1).flatten(-2)


class Llama(nn.Module):
    def __init__(self, nv, d, nl, h, ff):
        super().__init__()
        self.h = h
        self.e = nn.Embedding(nv, d)
        self.b = nn.ModuleList((Block(d, h, ff) for _ in range(nl)))
        self.n = nn.Parameter(torch.ones(d))
        self.out = nn.Linear(d, nv, bias=False)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, 0, 0.05)

    def forward(self, ix):
        B, T = ix.shape
        x = self.e(ix)
        hd = x.shape[-1] // self.h
        f = torch.arange(T)[:, None] * 10000.0 ** (-torch.arange(0, hd, 2) / hd)
        cs, sn = (f.cos(), f.sin())
        mask = torch.full((T, T), -1000000000.0).triu(1)
        for b in self.b:
            y = rms(x, b.n1)
            sp = lambda z: z.view(B, T, self.h, hd).transpose(1, 2)
            q, k, v = (rope(sp(b.q(y)), cs, sn), rope(sp(b.k(y)), cs, sn), sp(b.v(y)))
            a = (q @ k.transpose(-1, -2) / math.sqrt(hd) + mask).softmax(-1) @ v
            x = x + b.o(a.transpose(1, 2).reshape(B, T, -1))
            y = rms(x, b.n2)
            x = x + b.dn(F.silu(b.g(y)) * b.u(y))
        return self.out(rms(x, self.n))


def main():
    a = argparse.ArgumentParser()
    a.add_argument('outdir')
    a.add_argument('--seconds', type=int, default=480)
    for k, v in dict(dim=96, layers=3, heads=4, ff=256, seq=128, batch=24, words=260, seed=1,
                     threads=2).items():
        a.add_argument('--' + k, type=int, default=v)
    o = a.parse_args()
    os.makedirs(o.outdir, exist_ok=True)
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    r = random.Random(o.seed)
    pairs = [pair(r) for _ in range(6000)]
    fmt = lambda q: '<|user|>\n' + q + '\n<|assistant|>\n'
    tok = Tok(pieces_from(' '.join((q + ' ' + x for q, x in pairs)), o.words))
    with open(os.path.join(o.outdir, 'vocab.txt'), 'w', encoding='utf-8') as f:
        for p in tok.pieces:
            f.write(repr(p) + '\n')
    nv = 259 + len(tok.pieces)
    rows = []
    for q, x in pairs:
        p, c = (tok.encode(fmt(q)), tok.encode(x))
        ids = ([1] + p + c + [2])[:o.seq + 1]
        # The loss counts the answer only.
        tgt = ([-100] * len(p) + c + [2])[:o.seq]
        rows.append((ids[:-1], (tgt + [-100] * o.seq)[:len(ids) - 1]))
    print('vocabulary', nv, 'median length', sorted((len(x[0]) for x in rows))[len(rows) // 2],
          flush=True)
    m = Llama(nv, o.dim, o.layers, o.heads, o.ff)
    print(sum((p.numel() for p in m.parameters())), 'parameters', flush=True)
    opt = torch.optim.AdamW(m.parameters(), lr=0.003, betas=(0.9, 0.98), weight_decay=0.01)
    t0 = time.time()
    step = 0
    while time.time() - t0 < o.seconds:
        part = (time.time() - t0) / o.seconds
        for g in opt.param_groups:
            g['lr'] = (0.003 * min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * part)) +
                       1e-05)
        bt = r.sample(rows, o.batch)
        T = max((len(x) for x, _ in bt))
        X = torch.tensor([x + [2] * (T - len(x)) for x, _ in bt])
        Y = torch.tensor([y + [-100] * (T - len(y)) for _, y in bt])
        loss = F.cross_entropy(m(X).flatten(0, 1), Y.flatten(), ignore_index=-100)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(m.parameters(), 1.0)
        opt.step()
        step += 1
        if step % 50 == 0:
            print('step %d loss %.3f %.0fs' % (step, loss.item(), time.time() - t0), flush=True)
    flat = [m.e.weight]
    for b in m.b:
        flat += [b.n1, b.q.weight, b.k.weight, b.v.weight, b.o.weight, b.n2, b.g.weight,
                 b.u.weight, b.dn.weight]
    flat += [m.n, m.out.weight]
    with open(os.path.join(o.outdir, 'weights.bin'), 'wb') as f:
        for t in flat:
            f.write(t.detach().contiguous().numpy().astype('<f4').tobytes())
    json.dump(dict(dim=o.dim, layers=o.layers, heads=o.heads, ff=o.ff, vocab=nv, steps=step,
                   loss=round(loss.item(), 4)), open(os.path.join(o.outdir, 'shape.json'), 'w'))
    print('done', step, 'steps', flush=True)


main()
