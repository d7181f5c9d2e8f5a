"""Sentences about the manim renderer and our pictures inside manim scenes."""

WORDS = {
    "manim.missing": (
        "This needs manim, which is not installed: run {line}",
        "此功能需要 manim，但尚未安装：请运行 {line}",
    ),
    "manim.release": (
        "This needs manim {wanted}, but {found} is installed: run {line}",
        "此功能需要 manim {wanted}，而已安装的是 {found}：请运行 {line}",
    ),
    "manim.broken": (
        "manim is installed, but cannot be loaded ({reason}): run {line}, or install manim again.",
        "manim 已安装，但无法加载（{reason}）：请运行 {line}，或重新安装 manim。",
    ),
    "manim.opengl": (
        "These pictures are drawn by manim's Cairo renderer: leave out --renderer=opengl.",
        "这些画面由 manim 的 Cairo 渲染器绘制：请去掉 --renderer=opengl。",
    ),
    "manim.animation": (
        "FrameMobject takes an animation, for example FrameMobject(viz.scene('network-warp')), not {given}.",
        "FrameMobject 需要一个动画，例如 FrameMobject(viz.scene('network-warp'))，而不是 {given}。",
    ),
    "manim.mobject": (
        "{animation} takes a FrameMobject, not {given}.",
        "{animation} 需要 FrameMobject，而不是 {given}。",
    ),
    "manim.kind": (
        "There is no mark {given!r}. Known: {known}.",
        "没有名为 {given!r} 的图元。可用：{known}。",
    ),
    "manim.flat": (
        "The picture has been made flat: a FrameMobject that shows another moment needs a width and a height.",
        "画面已被压扁：要显示另一时刻，FrameMobject 必须有宽和高。",
    ),
    "manim.setting": (
        "{variable}={given!r} is not a list of options: write option=value, several separated by semicolons.",
        "{variable}={given!r} 不是选项列表：请写成 option=value，多个之间用分号隔开。",
    ),
    "render.nonfinite": (
        "A {mark} in the panel {panel!r} has coordinates that are not finite numbers: nothing was drawn.",
        "面板 {panel!r} 中的 {mark} 含有非有限数的坐标：未绘制任何内容。",
    ),
}
