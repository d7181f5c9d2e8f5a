"""Sentences of the gallery."""

WORDS: dict[str, tuple[str, str]] = {
    "gallery.title": ("See deep learning", "看见深度学习"),
    "gallery.space": ("What layers do to space", "各层对空间做了什么"),
    "gallery.descent": ("How optimizers move", "优化器怎样移动"),
    "gallery.inside": ("Inside, and when it fails", "内部，以及失败的时候"),
    "gallery.more": ("More", "更多"),
    "gallery.progress": ("{number} of {count}: {name}", "第 {number} 个，共 {count} 个：{name}"),
    "cli.gallery": (
        "Render a poster, a short loop and a player of every scene, and one page that shows them all offline.",
        "为每个场景生成静态图、短循环动图和播放器，以及一个离线展示全部场景的页面。",
    ),
    "cli.opt.gallery.output": ("Folder for the files.", "存放文件的文件夹。"),
    "cli.opt.gallery.scene": ("Only this scene; may be given several times.", "只做这个场景；可以多次给出。"),
    "cli.opt.gallery.players": ("Posters and loops only.", "只要静态图和循环动图。"),
}
