"""Sentences of the measure modules."""

WORDS: dict[str, tuple[str, str]] = {
    "ease.window": (
        "A time window must not close before it opens, but this one is {start} to {stop}; swap the two.",
        "时间窗口的结束不能早于开始，而这里是从 {start} 到 {stop}；请交换这两个值。",
    ),
    "measure.affine.shape": (
        "The path of an affine map needs a 2 × 2 matrix and 2 shifts, but got shapes {matrix} and {shift}; "
        "choose a layer with two inputs and two outputs.",
        "仿射变换的动画路径需要 2 × 2 的矩阵和 2 个平移分量，而得到的形状是 {matrix} 和 {shift}；"
        "请选择两个输入、两个输出的层。",
    ),
    "measure.affine.finite": (
        "The matrix or the shift of an affine map contains NaN or infinity; "
        "use weights from before the training diverged.",
        "仿射变换的矩阵或平移中含有 NaN 或无穷大；请改用训练发散之前的权重。",
    ),
    "measure.activation.scalar": (
        "A saturated zone belongs to one curve, but {name} has an array for {option}; give a single number.",
        "饱和区只针对一条曲线，而 {name} 的 {option} 是数组；请只给一个数。",
    ),
    "measure.activation.option": (
        "Activation {name} cannot have {option} = {value}; it must be {rule}.",
        "激活函数 {name} 的 {option} 不能取 {value}；{rule}。",
    ),
    "measure.activation.positive": ("greater than 0", "它必须大于 0"),
    "measure.activation.not_negative": ("0 or greater", "它必须大于或等于 0"),
    "measure.activation.above": ("greater than {other}", "它必须大于 {other}"),
    "measure.activation.finite": ("a finite number", "它必须是有限的数"),
    "measure.layer.linear": (
        "Linear layer {name} needs a matrix (outputs, inputs) and one bias per output, "
        "but got shapes {matrix} and {bias}; check the weights of this layer.",
        "线性层 {name} 需要形状为（输出数，输入数）的矩阵，并且每个输出一个偏置，"
        "而得到的形状是 {matrix} 和 {bias}；请检查这一层的权重。",
    ),
    "measure.layer.points": (
        "Layer {name} takes points with {expected} coordinates, but these have {given}; "
        "pass the points that the layer before it gives out.",
        "层 {name} 需要 {expected} 维的点，而这些点是 {given} 维的；请传入上一层输出的点。",
    ),
    "measure.product.bent": (
        "A stack of layers is one matrix only when all are linear, but layer {name} is the activation "
        "{activation}; leave it out or use the activation none.",
        "只有全是线性层时，多层网络才等于一个矩阵，而层 {name} 是激活函数 {activation}；"
        "请去掉它，或改用激活函数 none。",
    ),
    "measure.product.empty": (
        "There is no layer to multiply; pass at least one linear layer.",
        "没有可以相乘的层；请至少给出一个线性层。",
    ),
    "measure.grid": (
        "A grid needs at least 1 line each way, 2 samples a line and limits that increase; change "
        "{lines_x} × {lines_y} lines, {samples} samples, x limits {xlim}, y limits {ylim} accordingly.",
        "网格在每个方向至少要有 1 条线，每条线至少 2 个采样点，而且范围必须递增；"
        "而得到的是 {lines_x} × {lines_y} 条线、{samples} 个采样点、x 范围 {xlim}、y 范围 {ylim}，请修改。",
    ),
    "measure.separate.shape": (
        "Separating needs points (N, D) and N labels, but got shapes {points} and {labels}; make both the same length.",
        "判断可分性需要形状为 (N, D) 的点和 N 个标签，而得到的形状是 {points} 和 {labels}；请让两者长度一致。",
    ),
    "measure.separate.finite": (
        "Point {index} contains NaN or infinity and lies on no side of a line; "
        "use values from before the training diverged.",
        "第 {index} 个点含有 NaN 或无穷大，不在任何一侧；请改用训练发散之前的数值。",
    ),
    "measure.separate.classes": (
        "A line separates two classes, but the labels have {count} ({found}); {remedy}.",
        "一条直线只能分开两个类别，而标签中有 {count} 个类别（{found}）；{remedy}。",
    ),
    "measure.separate.one": ("add points of a second class", "请加入第二个类别的点"),
    "measure.separate.many": (
        "compare each class with the rest by separate_each",
        "请用 separate_each 把每个类别与其余类别分别比较",
    ),
    "measure.separate.undecided": (
        "Whether these {count} points are separable cannot be told within rounding error; "
        "rescale the features to similar ranges.",
        "在舍入误差内无法判断这 {count} 个点是否线性可分；请把各特征缩放到相近的范围。",
    ),
    "measure.saturation.inputs": (
        "Saturation is measured on a list of finite inputs (N,), but got shape {shape}, {bad} of them "
        "not finite; drop what is not finite.",
        "饱和度需要一列有限的输入值 (N,)，而得到的形状是 {shape}，其中 {bad} 个不是有限的数；请去掉这些值。",
    ),
    "measure.saturation.threshold": (
        "The slope below which an input counts as saturated must be greater than 0, but got {threshold}; "
        "0.05 is a usual choice.",
        "判断饱和的斜率阈值必须大于 0，而得到的是 {threshold}；常用的取值是 0.05。",
    ),
    "measure.saturation.edges": (
        "The edges of histogram {which} must be at least two increasing numbers, but got {edges}; "
        "sort them and drop repeats.",
        "直方图 {which} 的分箱边界至少要有两个数，并且严格递增，而得到的是 {edges}；请排序并去掉重复的值。",
    ),
    "measure.saturation.window": (
        "A saturated zone needs limits that increase, but got {lo} to {hi}; swap the two.",
        "饱和区的范围必须递增，而得到的是从 {lo} 到 {hi}；请交换这两个值。",
    ),
    "measure.conditioning.empty": (
        "Conditioning is measured at points, but there are none; pass at least one.",
        "条件数要在点上计算，而这里一个点也没有；请至少给出一个点。",
    ),
}
