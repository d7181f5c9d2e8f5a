"""Sentences of the player in a web page; the keys behind `player.` are those of viz/player/*.js."""

WORDS: dict[str, tuple[str, str]] = {
    "player.play": ("Play (space)", "播放（空格键）"),
    "player.pause": ("Pause (space)", "暂停（空格键）"),
    "player.back": ("Previous step (left arrow)", "上一步（左方向键）"),
    "player.next": ("Next step (right arrow)", "下一步（右方向键）"),
    "player.scrub": ("Time", "时间"),
    "player.chapters": ("Steps", "步骤"),
    "player.controls": ("Controls", "控制"),
    "player.speed": ("Speed", "速度"),
    "player.stops": ("Stop after each step", "每步暂停"),
    "player.quiz": ("Questions", "提问"),
    "player.captions": ("Captions", "字幕"),
    "player.lang": ("Language", "语言"),
    "player.theme": ("Light or dark", "浅色或深色"),
    "player.full": ("Full screen", "全屏"),
    "player.about": ("Description and steps", "说明与步骤"),
    "player.keys": (
        "Keys: space plays, the arrows go by steps, comma and full stop by frames; L language, T theme, C captions, "
        "S stop after each step, F full screen.",
        "按键：空格键播放，方向键按步骤前进后退，逗号和句号逐帧移动；L 语言，T 主题，C 字幕，S 每步暂停，F 全屏。",
    ),
    "player.turn": ("Drag to turn", "拖动可旋转"),
    "player.untouched": ("Turn back", "转回原位"),
    "player.turning": (
        "The surface can be turned: drag it with mouse or finger, or hold Shift and press the arrow keys; a double "
        "click turns it back.",
        "曲面可以旋转：用鼠标或手指拖动，或按住 Shift 键再按方向键；双击恢复原位。",
    ),
    "player.at": ("{step}, step {number} of {count}", "{step}，第 {number} 步，共 {count} 步"),
    "player.right": ("Right.", "答对了。"),
    "player.wrong": ("Not quite.", "不对。"),
    "player.answer": ("The answer:", "答案："),
    "player.skip": ("Show the answer", "直接看答案"),
    "player.continue": ("Continue", "继续"),
    "player.heavy": (
        "A surface turns in this scene, which makes the page large: it holds the theme {theme} and the language {spoken} only.",
        "此场景中有曲面旋转，网页会很大，因此其中只有主题 {theme} 和语言 {spoken}。",
    ),
    "player.trouble": (
        "This page needs a browser of 2023 or newer; the description below says what it shows.",
        "打开本页面的软件太旧，需要 2023 年以后的版本；内容见下面的说明。",
    ),
    "player.noscript": (
        "This animation needs JavaScript, which is switched off. What it shows:",
        "此动画需要 JavaScript，而它已被关闭。动画内容：",
    ),
}
