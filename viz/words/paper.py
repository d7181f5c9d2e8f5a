"""Sentences of figures for pages, captions and files of a given size."""

WORDS: dict[str, tuple[str, str]] = {
    "figure.strip.none": (
        "A strip needs at least one moment; name one with --at, or several with commas between them.",
        "连环图至少需要一个时刻；请用 --at 指定，多个时刻用逗号分开。",
    ),
    "figure.strip.narrow": (
        "{count} panels side by side on {width} mm leave no room for type of {size} pt; widen the figure, or use "
        "--layout grid or column.",
        "在 {width} mm 的宽度里并排 {count} 个面板，放不下 {size} pt 的文字；请加宽，或改用 --layout grid 或 column。",
    ),
    "figure.grey": (
        "In grey, {pairs} of panel {panel} look alike; print in colour, or choose the other theme.",
        "印成灰度后，面板 {panel} 中的 {pairs} 难以区分；请彩色印刷，或换用另一种配色。",
    ),
    "export.pptx.missing": (
        "PowerPoint files need python-pptx; install it with: pip install 'warpviz[slides]'",
        "生成 PowerPoint 文件需要 python-pptx；安装方法：pip install 'warpviz[slides]'",
    ),
    "export.budget.format": (
        "Only .gif, .webp and .apng files are fitted into a number of bytes, not {path}; leave out --max-size.",
        "只有 .gif、.webp 和 .apng 文件可以限定大小，{path} 不行；请去掉 --max-size。",
    ),
    "export.budget.positive": (
        "A file cannot be limited to {most} bytes; give a size such as 8MB.",
        "文件大小不能限定为 {most} 字节；请写成 8MB 这样的大小。",
    ),
    "export.budget.none": (
        "{path} does not fit into {most} bytes: even small and slow it takes {least}; show fewer steps with --from and "
        "--to, or allow more.",
        "{path} 无法压缩到 {most} 字节以内：最小也要 {least} 字节；请用 --from 和 --to 减少步骤，或放宽限制。",
    ),
    "embed.missing": (
        "There is no file {path}; render it first, for example with: viz render network-warp -o {path}",
        "没有文件 {path}；请先生成它，例如：viz render network-warp -o {path}",
    ),
    "embed.need": (
        "Say which file and for which document, for example: viz embed warp.mp4 --for reveal. Documents: {targets}.",
        "请说明哪个文件、放进哪种文档，例如：viz embed warp.mp4 --for reveal。文档种类：{targets}。",
    ),
    "embed.poster": (
        "{target} shows no moving pictures, and {path} has no still beside it; render one too: -o {poster}",
        "{target} 不能显示动态画面，而 {path} 旁边没有静态图；请同时生成一张：-o {poster}",
    ),
    "embed.kind": (
        "{target} does not take {path}; use one of: {instead}.",
        "{target} 不接受 {path}；请改用：{instead}。",
    ),
    "cli.embed": (
        "Print the text that puts a file into a document: title, description, captions and poster included.",
        "打印把文件放进文档所需的代码，包括标题、说明、字幕和静态图。",
    ),
    "cli.opt.for": ("The kind of document.", "文档种类。"),
    "cli.opt.max_size": (
        "Largest size of a .gif, .webp or .apng file, such as 8MB; --size and --fps are then the most that is tried.",
        ".gif、.webp 或 .apng 文件的大小上限，例如 8MB；此时 --size 和 --fps 是尝试的最大值。",
    ),
    "cli.opt.font_size": (
        "Type size of ticks and labels, in points; draws one panel alone.",
        "刻度和标签的字号，单位为磅（pt）；只画一个面板。",
    ),
    "cli.opt.layout": (
        "How several moments stand together: row, column or grid.",
        "多个时刻的排列方式：row（一行）、column（一列）或 grid（网格）。",
    ),
    "cli.opt.check_grey": (
        "Fail when colours of the figure look alike in grey.",
        "如果图中的颜色印成灰度后难以区分，则报错。",
    ),
    "cli.bytes": (
        "--max-size {given} is no size; write it as 8MB, 500kB or a number of bytes.",
        "--max-size {given} 不是有效的大小；请写成 8MB、500kB 或字节数。",
    ),
    "cli.points": (
        "--font-size {given} is no type size between 4 and 40 points; write it as 8pt.",
        "--font-size {given} 不是 4 到 40 磅之间的字号；请写成 8pt。",
    ),
}
