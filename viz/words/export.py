"""Sentences of the export modules."""

WORDS: dict[str, tuple[str, str]] = {
    "export.none": (
        "There is nothing to write: name at least one file, for example renders/film.mp4.",
        "没有要写出的文件：请至少指定一个，例如 renders/film.mp4。",
    ),
    "export.size": (
        "A picture of {width}×{height} pixels cannot be made: each side must be a whole number from {low} to {high}.",
        "无法生成 {width}×{height} 像素的画面：宽和高都必须是 {low} 到 {high} 之间的整数。",
    ),
    "export.odd": (
        "{path} cannot be {width}×{height} pixels: video needs even sides, for example {even_width}×{even_height}.",
        "{path} 的尺寸不能是 {width}×{height} 像素：视频的宽和高必须是偶数，例如 {even_width}×{even_height}。",
    ),
    "export.fps": (
        "{fps} frames a second cannot be made: choose a rate from {low} to {high}.",
        "帧率不能是每秒 {fps} 帧：请选择 {low} 到 {high} 之间的值。",
    ),
    "export.count": (
        "The clip has {count} frames: it needs at least one, so give it a longer time or a higher rate.",
        "片段共有 {count} 帧，至少需要一帧：请延长时间或提高帧率。",
    ),
    "export.crf": (
        "A quality (crf) of {crf} cannot be used: choose a whole number from 1 (best) to 51.",
        "质量参数 crf 不能是 {crf}：请选择 1（最好）到 51 之间的整数。",
    ),
    "export.still": (
        "There is no frame {still} to keep as a picture: choose one from 0 to {last}.",
        "没有第 {still} 帧可存为图片：请选择 0 到 {last} 之间的帧。",
    ),
    "export.pattern": (
        "{path} cannot be a numbered file: write one number field and the suffix .png, for example {example}.",
        "{path} 不能作为编号文件名：请只用一个编号字段并以 .png 结尾，例如 {example}。",
    ),
    "export.figure_only": (
        "{path} is a figure, not a film: take it with `viz figure` or `Animation.figure`, or name an .mp4 file.",
        "{path} 是静态图格式，不能存放动画：请改用 `viz figure` 或 `Animation.figure`，或者指定 .mp4 文件。",
    ),
    "export.film_only": (
        "A figure cannot be written to {path}: choose one of {known}.",
        "静态图不能写成 {path}：请选用 {known} 之一。",
    ),
    "export.directory": (
        "{path} is a folder: name a file in it, for example {example}.",
        "{path} 是一个文件夹：请指定其中的文件，例如 {example}。",
    ),
    "export.not_folder": (
        "{path} cannot be written because {folder} is a file, not a folder: choose another place.",
        "无法写入 {path}，因为 {folder} 是文件而不是文件夹：请换一个位置。",
    ),
    "export.unwritable": (
        "{path} cannot be written because the folder {folder} is read-only for you: choose another place.",
        "无法写入 {path}，因为您没有文件夹 {folder} 的写入权限：请换一个位置。",
    ),
    "export.exists": (
        "{path} is there already and is kept: choose another name, or allow it to be replaced.",
        "{path} 已经存在，按要求予以保留：请换一个文件名，或允许替换。",
    ),
    "export.twice": (
        "{path} is named twice: name each file once.",
        "{path} 重复出现：每个文件只需指定一次。",
    ),
    "export.encoder": (
        "{path} cannot be written because the installed PyAV has no {encoder} encoder: "
        "reinstall it with `pip install --force-reinstall av`, or choose another format.",
        "无法写出 {path}，因为已安装的 PyAV 缺少 {encoder} 编码器："
        "请用 `pip install --force-reinstall av` 重新安装，或改用其他格式。",
    ),
    "export.write": (
        "Writing {path} failed ({reason}); what was there before is unchanged: make room or choose another place.",
        "写入 {path} 失败（{reason}），原有文件未受影响：请腾出空间或换一个位置。",
    ),
}
