"""Sentences shared by the whole toolkit: kinds of things, unknown names, values out of range."""

WORDS = {
    "kind.scene": ("scene", "场景"),
    "kind.option": ("option", "选项"),
    "kind.step": ("step", "步骤"),
    "kind.format": ("format", "格式"),
    "kind.theme": ("theme", "主题"),
    "kind.language": ("language", "语言"),
    "kind.renderer": ("renderer", "渲染器"),
    "kind.panel": ("panel", "面板"),
    "kind.dataset": ("dataset", "数据集"),
    "kind.activation": ("activation", "激活函数"),
    "kind.init": ("initialisation", "初始化方式"),
    "kind.optimizer": ("optimizer", "优化器"),
    "kind.loss": ("loss", "损失函数"),
    "kind.surface": ("surface", "曲面"),
    "kind.device": ("device", "设备"),
    "kind.column": ("column", "列"),
    "kind.layer": ("layer", "层"),
    "kind.matrix": ("matrix", "矩阵"),
    "kind.choice": ("value", "取值"),
    "unknown": (
        "There is no {kind} {given!r}{where}. Known: {known}.",
        "没有名为 {given!r} 的{kind}{where}。可用：{known}。",
    ),
    "unknown.nearest": (
        "There is no {kind} {given!r}{where}. Did you mean {nearest!r}? Known: {known}.",
        "没有名为 {given!r} 的{kind}{where}。是否想用 {nearest!r}？可用：{known}。",
    ),
    "unknown.where": (" in {where}", "（位于 {where}）"),
    "scene.int": ("a whole number", "整数"),
    "scene.float": ("a number", "数"),
    "scene.bool": ("true or false", "true 或 false"),
    "scene.text": ("text", "文本"),
    "scene.value": (
        "{scene} {flag} takes {wanted}, not {value!r} (default {example}).",
        "{scene} {flag} 需要{wanted}，而不是 {value!r}（默认值 {example}）。",
    ),
    "scene.range": (
        "{scene} {flag} {value} is out of range: choose {range}.",
        "{scene} {flag} {value} 超出范围：请选择 {range}。",
    ),
    "twin.twin": (
        "A twin cannot be shown twice: choose another scene with --scene, for example --scene network-warp.",
        "twin 不能再作孪生：请用 --scene 选择别的场景，例如 --scene network-warp。",
    ),
    "twin.vary": (
        "--vary {given!r} does not say what differs: write option=value,value, for example activation=tanh,relu.",
        "--vary {given!r} 没有说明改什么：请写成 option=value,value，例如 activation=tanh,relu。",
    ),
    "twin.two": (
        "--vary {name} takes two values, but {given!r} has {count}: write {name}=a,b, or {name}=a|b when a value "
        "holds commas.",
        "--vary {name} 需要两个取值，而 {given!r} 有 {count} 个：请写成 {name}=a,b；取值本身含逗号时写成 {name}=a|b。",
    ),
    "twin.set": (
        "--set {given!r} is not an option with a value: write option=value, several separated by semicolons.",
        "--set {given!r} 不是带取值的选项：请写成 option=value，多个之间用分号隔开。",
    ),
    "twin.again": (
        "Option {name} is given twice: name it once, in --vary or in --set.",
        "选项 {name} 给出了两次：请只在 --vary 或 --set 中写一次。",
    ),
}
