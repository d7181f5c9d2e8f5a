"""Sentences of the cli modules."""

WORDS: dict[str, tuple[str, str]] = {
    # Parts of a help page.
    "cli.usage": ("Usage: {line}", "用法：{line}"),
    "cli.colon": (":", "："),
    "cli.part.commands": ("Commands", "命令"),
    "cli.part.scenes": ("Scenes", "场景"),
    "cli.part.scene": ("Options of this scene", "本场景的选项"),
    "cli.part.output": ("What is written", "输出"),
    "cli.part.options": ("Options", "选项"),
    "cli.part.anywhere": ("Anywhere on the line", "可放在命令行任意位置"),
    "cli.part.examples": ("Examples", "示例"),
    "cli.meta.options": ("[OPTIONS]", "[选项]"),
    "cli.meta.command": ("COMMAND", "命令"),
    "cli.meta.scene": ("SCENE", "场景"),
    "cli.meta.file": ("FILE", "文件"),
    "cli.meta.size": ("WxH", "宽x高"),
    "cli.meta.ratio": ("W:H", "宽:高"),
    "cli.meta.step": ("STEP", "步骤"),
    "cli.meta.address": ("ADDRESS", "地址"),
    "cli.meta.length": ("LENGTH", "长度"),
    "cli.meta.name": ("NAME", "名称"),
    "cli.meta.bytes": ("SIZE", "大小"),
    "cli.meta.text": ("TEXT", "文本"),
    "cli.meta.int": ("N", "整数"),
    "cli.meta.float": ("NUMBER", "数"),
    "cli.meta.list": ("{one},{one},…", "{one},{one},…"),
    "cli.note.default": ("default: {value}", "默认：{value}"),
    "cli.note.choices": ("one of: {names}", "可选：{names}"),
    "cli.note.range": ("range: {range}", "范围：{range}"),
    "cli.notes": (" [{notes}]", "［{notes}］"),
    "cli.notes.join": ("; ", "；"),
    "cli.on": ("on", "开"),
    "cli.off": ("off", "关"),
    "cli.headline": ("{title}. {about}", "{title}。{about}"),
    # Commands.
    "cli.about": (
        "See deep learning: networks, optimizers and activations as pictures that move.",
        "看见深度学习：把网络、优化器和激活函数变成会动的图。",
    ),
    "cli.render": (
        "Render a scene to a video, an animation or pictures.",
        "把场景渲染成视频、动图或图片。",
    ),
    "cli.render.long": (
        "Render a scene to a video, an animation or pictures. The suffix of each file says what it becomes; all "
        "files come out of one pass. `viz render SCENE --help` shows a scene's own options.",
        "把场景渲染成视频、动图或图片。文件后缀决定输出格式，多个文件只需渲染一遍。"
        "用 `viz render 场景 --help` 查看该场景自己的选项。",
    ),
    "cli.figure": (
        "Save one moment of a scene as a figure for print.",
        "把场景的某一时刻存成可印刷的插图。",
    ),
    "cli.figure.long": (
        "Save one moment of a scene as a figure for print. `viz figure SCENE --help` shows a scene's own options.",
        "把场景的某一时刻存成可印刷的插图。用 `viz figure 场景 --help` 查看该场景自己的选项。",
    ),
    "cli.list": ("List all scenes.", "列出所有场景。"),
    "cli.info": ("Show what a scene is about, its options and its steps.", "显示场景的内容、选项和步骤。"),
    "cli.doctor": (
        "Show what this machine can do, and how to install what is missing.",
        "检查这台机器能做什么，并告诉你缺少的东西如何安装。",
    ),
    # Options.
    "cli.opt.output": (
        "File to write; give it several times for several files. The suffix chooses the format: {formats}. "
        "Without it: renders/{scene}.mp4.",
        "输出文件，可重复给出多个；格式由后缀决定：{formats}。省略时写入 renders/{scene}.mp4。",
    ),
    "cli.opt.quality": ("Size and frame rate in one word: {table}.", "用一个词指定尺寸和帧率：{table}。"),
    "cli.opt.size": ("Width and height in pixels.", "宽和高，以像素计。"),
    "cli.opt.fps": ("Frames a second.", "每秒帧数。"),
    "cli.opt.theme": ("Colours: dark for screens, light for print.", "配色：dark 用于屏幕，light 用于印刷。"),
    "cli.opt.renderer": ("What draws the pixels.", "用来绘制像素的渲染器。"),
    "cli.opt.jobs": (
        "Number of processes that draw, and of threads that compute where computing can be shared.",
        "绘制所用的进程数，以及可分摊的计算所用的线程数。",
    ),
    "cli.opt.figure.jobs": (
        "Number of threads that compute, where computing can be shared.",
        "可分摊的计算所用的线程数。",
    ),
    "cli.opt.dask": (
        "Address of a running Dask scheduler, whose workers then share the computing.",
        "正在运行的 Dask 调度器的地址；由它的工作进程分摊计算。",
    ),
    "cli.opt.from": ("First step to show, or seconds.", "从哪一步开始，也可以写秒数。"),
    "cli.opt.to": ("Last step to show, or seconds.", "到哪一步结束，也可以写秒数。"),
    "cli.opt.keep": ("Refuse to replace a file that is there.", "文件已存在时拒绝覆盖。"),
    "cli.opt.json": ("Print one JSON value instead of text.", "以 JSON 输出，而不是文字。"),
    "cli.opt.quiet": ("Print nothing but errors.", "除错误外什么也不输出。"),
    "cli.opt.lang": (
        "Language of messages and pictures; otherwise VIZ_LANG or the locale decides.",
        "提示信息和画面所用的语言；省略时由 VIZ_LANG 或系统区域设置决定。",
    ),
    "cli.opt.debug": ("Show the full traceback of an error.", "出错时显示完整的调用栈。"),
    "cli.opt.version": ("Show the version.", "显示版本号。"),
    "cli.opt.help": ("Show this page.", "显示本页帮助。"),
    "cli.opt.at": (
        "The moment to show: a step's name (its end), name@0.5 (half of its motion), start, end, or seconds.",
        "要画的时刻：步骤名（该步结束时）、步骤名@0.5（动作进行到一半）、start、end 或秒数。",
    ),
    "cli.opt.figure.output": (
        "File to write: .pdf, .svg or .png; give it several times for several files. Without it: renders/{scene}.pdf.",
        "输出文件：.pdf、.svg 或 .png，可重复给出多个。省略时写入 renders/{scene}.pdf。",
    ),
    "cli.opt.width": ("Width on paper, in mm, cm, in or pt.", "印在纸上的宽度，单位可用 mm、cm、in 或 pt。"),
    "cli.opt.dpi": ("Pixels an inch, for .png.", ".png 图片每英寸的像素数。"),
    "cli.opt.panel": ("Only this panel of the picture.", "只画其中一个面板。"),
    "cli.opt.ratio": ("Shape of the whole picture.", "整幅画面的宽高比。"),
    "cli.opt.steps": (
        "Also show the steps; this runs the experiment with its default options.",
        "同时列出各步骤；这会按默认选项运行一次实验。",
    ),
    # What went wrong on the line.
    "kind.command": ("command", "命令"),
    "kind.quality": ("quality", "画质"),
    "cli.need.scene": (
        "Say which scene: {names}, for example `{example}`.",
        "请指明场景：{names}，例如 `{example}`。",
    ),
    "cli.need.value": (
        "{option} needs a value; `{command} --help` shows which.",
        "{option} 后面缺少取值；可用 `{command} --help` 查看说明。",
    ),
    "cli.no.value": (
        "{option} is a switch and takes no value: leave out what follows the '='.",
        "{option} 是开关，不带取值：请去掉 '=' 及其后面的内容。",
    ),
    "cli.extra": (
        "{given!r} is one word too many for `{command}`; options begin with '--'.",
        "`{command}` 不接受多余的参数 {given!r}；选项应以 '--' 开头。",
    ),
    "cli.bad": (
        "The command line cannot be read: {reason}; `{command} --help` shows how it is written.",
        "无法理解这条命令：{reason}；可用 `{command} --help` 查看写法。",
    ),
    "cli.int": (
        "{option} takes a whole number from {low} to {high}, not {given!r}.",
        "{option} 需要 {low} 到 {high} 之间的整数，而不是 {given!r}。",
    ),
    "cli.number": (
        "{option} takes a number, for example {example}, not {given!r}.",
        "{option} 需要一个数，例如 {example}，而不是 {given!r}。",
    ),
    "cli.length": (
        "--width takes a length from {low} to {high} mm, such as 89mm, 12cm or 3.5in, not {given!r}.",
        "--width 需要 {low} 到 {high} mm 之间的长度，例如 89mm、12cm 或 3.5in，而不是 {given!r}。",
    ),
    "cli.ratio": (
        "--size takes a shape such as 16:9, 4:3 or 1920x1080, not {given!r}.",
        "--size 需要宽高比，例如 16:9、4:3 或 1920x1080，而不是 {given!r}。",
    ),
    # How a run ends.
    "cli.interrupted": (
        "Interrupted; files that were there before are unchanged.",
        "已中断；原有文件保持不变。",
    ),
    "cli.memory": (
        "The memory of this machine is not enough; choose a smaller --size or fewer --jobs.",
        "内存不足；请减小 --size 或 --jobs。",
    ),
    "cli.stdout": (
        "The output cannot be written ({reason}): check where it is sent to.",
        "无法写出输出内容（{reason}）：请检查输出被重定向到了哪里。",
    ),
    "cli.unexpected": (
        "Unexpected {type}: {reason}. Run again with --debug to see where it happened.",
        "意外错误 {type}：{reason}。加上 --debug 再运行一次，可看到出错位置。",
    ),
    "cli.unexpected.bare": (
        "Unexpected {type}. Run again with --debug to see where it happened.",
        "意外错误 {type}。加上 --debug 再运行一次，可看到出错位置。",
    ),
    # While it runs.
    "cli.phase.compute": ("Measuring", "计算中"),
    "cli.phase.draw": ("Rendering", "渲染中"),
    "cli.done": (
        "{seconds} s of video, {frames} frames, made in {elapsed} s",
        "视频 {seconds} 秒，共 {frames} 帧，用时 {elapsed} 秒",
    ),
    "cli.done.still": ("made in {elapsed} s", "用时 {elapsed} 秒"),
    # info
    "cli.info.length": ("{seconds} s in {count} steps", "共 {count} 步，{seconds} 秒"),
    "cli.info.steps": ("Steps ({total})", "步骤（{total}）"),
    "cli.info.no.steps": (
        "`{command}` also shows the steps: it runs the experiment first.",
        "`{command}` 还会列出各步骤：它会先运行一次实验。",
    ),
    # doctor
    "cli.doc.python": ("Python", "Python"),
    "cli.doc.packages": ("Packages", "软件包"),
    "cli.doc.devices": ("Devices for training", "训练设备"),
    "cli.doc.encoders": ("File formats", "文件格式"),
    "cli.doc.fonts": ("Fonts", "字体"),
    "cli.doc.manim": ("Renderer manim (optional)", "manim 渲染器（可选）"),
    "cli.doc.cores": ("{count} cores", "{count} 个核心"),
    "cli.doc.missing": ("missing", "缺失"),
    "cli.doc.present": ("present", "已安装"),
    "cli.doc.yes": ("yes", "可用"),
    "cli.doc.no": ("not on this machine", "本机没有"),
    "cli.doc.install": ("To install what is missing:", "安装缺失部分："),
    "cli.doc.complete": ("Nothing is missing.", "一切齐备。"),
    "cli.doc.broken": ("cannot be imported ({reason})", "无法导入（{reason}）"),
}
