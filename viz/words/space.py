"""Sentences about Jacobians, folds and boundaries that are carried through layers."""

WORDS: dict[str, tuple[str, str]] = {
    "space.cells": (
        "A grid of cells needs corner points of shape (rows, columns, 2), at least 2 each way, but got shape {shape}; "
        "arrange the points in rows and columns.",
        "网格单元需要形状为（行，列，2）的角点，每个方向至少 2 个，而得到的形状是 {shape}；请把点按行列排好。",
    ),
    "space.square": (
        "A determinant needs as many outputs as inputs, but these layers take {inputs} and give {outputs}; "
        "leave out the layers that change the number.",
        "行列式要求输出数与输入数相同，而这些层有 {inputs} 个输入、{outputs} 个输出；请去掉改变维数的层。",
    ),
    "space.factors": (
        "Edges between cells need one factor per cell, shape {wanted}, but got shape {shape}; "
        "pass what cell_determinants gives for the same corners.",
        "单元之间的边需要每个单元一个系数，形状为 {wanted}，而得到的形状是 {shape}；"
        "请传入 cell_determinants 对同一组角点给出的结果。",
    ),
    "space.points": (
        "Points need shape (N, D), but got shape {shape}; put one point in each row.",
        "点需要 (N, D) 的形状，而得到的形状是 {shape}；请每行放一个点。",
    ),
    "space.tolerance": (
        "A tolerance must be 0 or a positive finite number, but it is {tolerance}; change it.",
        "容差必须是 0 或有限的正数，而这里是 {tolerance}；请修改。",
    ),
    "space.polyline": (
        "A polyline needs shape (points, coordinates) with finite numbers, but got shape {shape}; "
        "put one point in each row and leave out NaN.",
        "折线需要（点数，坐标数）的形状且不含 NaN，而得到的形状是 {shape}；请每行放一个点，并去掉 NaN。",
    ),
    "space.window": (
        "A window needs limits ((left, right), (bottom, top)) that increase and at least 1 cell each way, "
        "but got {window} with {cells} cells; change them.",
        "窗口需要递增的范围（（左，右），（下，上）），每个方向至少 1 个单元，"
        "而得到的是 {window}、{cells} 个单元；请修改。",
    ),
    "space.windows": (
        "There are {spaces} spaces, before the first layer and after each one, but {given} windows; "
        "give one for each, or None to leave a space out.",
        "共有 {spaces} 个空间（第一层之前以及每层之后），却给出了 {given} 个窗口；"
        "请为每个空间给一个，不需要的空间用 None。",
    ),
    "space.line": (
        "The boundary needs one weight for each of the {width} coordinates of the last space and a finite offset, "
        "but got a normal of shape {normal} and the offset {offset}; pass (normal, offset).",
        "分界线需要最后一个空间 {width} 个坐标各一个权重和一个有限的偏移，"
        "而得到的法向量形状为 {normal}、偏移为 {offset}；请传入 (normal, offset)。",
    ),
    "space.values": (
        "The boundary's function must give one number per point, shape {wanted}, but gave shape {shape}; "
        "return one logit for each point.",
        "分界函数应为每个点给出一个数，形状为 {wanted}，而得到的形状是 {shape}；请为每个点返回一个 logit。",
    ),
    "space.finite": (
        "The function whose zero line is sought is NaN or infinite at ({x}, {y}); "
        "choose a smaller window, or weights from before the training diverged.",
        "要求零线的函数在 ({x}, {y}) 处是 NaN 或无穷大；请缩小窗口，或改用训练发散之前的权重。",
    ),
    "space.lift": (
        "The path of a map of space needs a 3 × 3 matrix and 3 shifts, but got shapes {matrix} and {shift}; "
        "pass the map of three coordinates.",
        "空间映射的路径需要 3 × 3 的矩阵和 3 个平移量，而得到的形状是 {matrix} 和 {shift}；请传入三个坐标的映射。",
    ),
    "space.lift_plane": (
        "Hidden widths {widths} leave nothing to lift: --lift needs a layer of at least 3 units, for example --widths 3.",
        "隐藏层宽度 {widths} 没有可抬升的层：--lift 需要至少有一层不少于 3 个单元，例如 --widths 3。",
    ),
    "jacobian.points": (
        "Points need shape (N, n) or (…, n) with n coordinates each, but got shape {shape}; put one point in each row.",
        "点需要 (N, n) 或 (…, n) 的形状，每个点 n 个坐标，而得到的形状是 {shape}；请每行放一个点。",
    ),
    "jacobian.points_finite": (
        "The points contain NaN or infinity, first at row {index}; leave these rows out.",
        "点中含有 NaN 或无穷大，首先出现在第 {index} 行；请去掉这些行。",
    ),
    "jacobian.model": (
        "A Jacobian is taken of a torch.nn.Module or a function on tensors, but got a {found}; pass one of these.",
        "雅可比矩阵只能对 torch.nn.Module 或作用于张量的函数计算，而得到的是 {found}；请改传其中之一。",
    ),
    "jacobian.outputs": (
        "A determinant needs as many outputs as inputs: points of shape {given} must give shape {given}, "
        "but {name} gave {found}; pass the part of the model that maps {width} numbers to {width}.",
        "行列式要求输出数与输入数相同：形状为 {given} 的点应得到形状 {given}，而 {name} 给出了 {found}；"
        "请传入把 {width} 个数映到 {width} 个数的那部分模型。",
    ),
    "jacobian.fails": (
        "{name} cannot take points of shape {given}: {reason}. Pass points that fit its first layer.",
        "{name} 无法接受形状为 {given} 的点：{reason}。请传入与第一层相符的点。",
    ),
    "jacobian.finite": (
        "The derivative of {name} is NaN or infinite at {point}; leave this point out, "
        "or use weights from before the training diverged.",
        "{name} 在 {point} 处的导数是 NaN 或无穷大；请去掉该点，或改用训练发散之前的权重。",
    ),
    "jacobian.chunk": (
        "Points are taken in chunks of at least 1, but the chunk is {chunk}; give a whole number greater than 0.",
        "每批至少处理 1 个点，而批大小是 {chunk}；请给出大于 0 的整数。",
    ),
}
