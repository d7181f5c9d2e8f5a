"""Sentences about single units and how networks fail: saturated, clamped, dead."""

WORDS: dict[str, tuple[str, str]] = {
    "learn.blobs.diverged": (
        "The loss of {optimizer} is no longer finite in epoch {epoch} ({loss}), so there is nothing to show. "
        "Take fewer epochs or another seed.",
        "{optimizer} 的损失在第 {epoch} 轮已不是有限数（{loss}），无法展示。请减少轮数或换一个随机种子。",
    ),
}
