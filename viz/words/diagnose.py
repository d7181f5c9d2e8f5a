"""Sentences of diagnoses: what is wrong with a training, how it shows, what helps."""

WORDS: dict[str, tuple[str, str]] = {
    "diagnose.recording": (
        "A diagnosis needs a Recording, but got {found}; pass what viz.Recorder made or viz.Recording.load read.",
        "诊断需要一个 Recording，而得到的是 {found}；请传入 viz.Recorder 或 viz.Recording.load 得到的记录。",
    ),
    "diagnose.dead-relu.title": ("Dead ReLUs", "ReLU 神经元死亡"),
    "diagnose.dead-relu.evidence": (
        "{dead} of the {units} units of layer {layer} fire for no sample, so no gradient passes through them.",
        "第 {layer} 层共 {units} 个单元，其中 {dead} 个对任何样本都不激活，梯度无法从中通过。",
    ),
    "diagnose.dead-relu.fix": (
        "Lower the learning rate, start with He's initialisation, or let a little slope through:",
        "降低学习率、使用 He 初始化，或者让负半轴保留一点斜率：",
    ),
    "diagnose.symmetric-init.title": ("Units that are copies", "各单元完全相同"),
    "diagnose.symmetric-init.evidence": (
        "All {units} units of layer {layer} have the same weights from the first step to the last: rank {rank}.",
        "从第一步到最后一步，第 {layer} 层的 {units} 个单元权重完全相同：秩为 {rank}。",
    ),
    "diagnose.symmetric-init.fix": ("Start with random weights:", "用随机权重初始化："),
    "diagnose.exploding.title": ("Exploding loss", "损失爆炸"),
    "diagnose.exploding.evidence": (
        "The loss grows from {first} to {peak}, and from step {step} on it never comes back.",
        "损失从 {first} 涨到 {peak}，从第 {step} 步起再也没有回落。",
    ),
    "diagnose.exploding.fix": ("Take smaller steps:", "把步子迈小一些："),
    "diagnose.vanishing-gradient.title": ("Vanishing gradient", "梯度消失"),
    "diagnose.vanishing-gradient.evidence": (
        "The largest gradient that layer {layer} ever gets is {times} times smaller than that of layer {deepest}: the "
        "first layers hardly learn.",
        "第 {layer} 层得到过的最大梯度只有第 {deepest} 层的 {times} 分之一：前面的层几乎学不到东西。",
    ),
    "diagnose.vanishing-gradient.fix": (
        "Use an activation whose slope is 1, and weights that keep the size of signals:",
        "改用斜率为 1 的激活函数，并用能保持信号大小的权重初始化：",
    ),
    "diagnose.missing-zero-grad.title": ("Gradients that add up", "梯度不断累积"),
    "diagnose.missing-zero-grad.evidence": (
        "Each gradient still holds all earlier ones: only their differences fit the loss. The norm goes from {first} "
        "to {last}; that of one alone is about {alone}.",
        "每个梯度都累加了此前的全部梯度：只有相邻梯度之差才与损失的变化相符。范数从 {first} 变为 {last}，而单独一步约为 {alone}。",
    ),
    "diagnose.missing-zero-grad.fix": (
        "Clear the gradients before each backward pass:",
        "每次反向传播之前清空梯度：",
    ),
    "diagnose.softmax-twice.title": ("Softmax twice", "两次 softmax"),
    "diagnose.softmax-twice.evidence": (
        "The network gives its likeliest class {once} on average, a second softmax makes that {twice}: the loss stays "
        "at {loss}, above a floor of {floor}.",
        "网络给最可能的类别平均 {once} 的概率，第二次 softmax 把它变成 {twice}：损失停在 {loss}，下限是 {floor}。",
    ),
    "diagnose.softmax-twice.fix": (
        "Give the loss logits, as cross-entropy has a softmax of its own:",
        "交叉熵自带 softmax，请把 logits 直接交给它：",
    ),
    "diagnose.label-leakage.title": ("The label among the features", "标签泄漏到特征中"),
    "diagnose.label-leakage.evidence": (
        "Feature {feature} of {features} (counted from 0) alone tells every answer of the network on {samples} samples.",
        "{features} 个特征中的第 {feature} 个（从 0 数起）单独就决定了网络对 {samples} 个样本的全部回答。",
    ),
    "diagnose.label-leakage.fix": (
        "If it will not be known when the network is used, leave it out:",
        "如果实际使用时拿不到这个特征，请去掉它：",
    ),
}
