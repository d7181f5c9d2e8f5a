"""Sentences about loss landscapes, and about who computes them."""

WORDS: dict[str, tuple[str, str]] = {
    "landscape.model": (
        "A landscape needs a torch.nn.Module, but got a {found}; pass the model itself.",
        "损失地形需要一个 torch.nn.Module，而得到的是 {found}；请直接传入模型。",
    ),
    "landscape.copy": (
        "{name} cannot be copied ({reason}); a landscape works on a copy, so that the model stays as it is.",
        "无法复制 {name}（{reason}）；损失地形在副本上计算，以免改动模型。",
    ),
    "landscape.parameters": (
        "The model has {count} trainable numbers; a plane needs at least two. Check requires_grad.",
        "模型只有 {count} 个可训练的数，而平面至少需要两个；请检查 requires_grad。",
    ),
    "landscape.data": (
        "The data is a {found}; pass (X, y), a viz data set, or an iterable of such pairs.",
        "数据是 {found}；请传入 (X, y)、viz 的数据集，或由这样的数据对组成的可迭代对象。",
    ),
    "landscape.rows": (
        "X has shape {x} and y has shape {y}; both need one row per sample, and at least one.",
        "X 的形状为 {x}，y 的形状为 {y}；两者每个样本各占一行，且至少有一个样本。",
    ),
    "landscape.fails": (
        "{name} raised an error on data of shape {shape}: {reason}.",
        "{name} 在形状为 {shape} 的数据上出错：{reason}。",
    ),
    "landscape.loss": (
        "The loss is a {found}; give a function of outputs and targets, or cross-entropy, bce or mse.",
        "损失是 {found}；请给出以输出和目标为参数的函数，或 cross-entropy、bce、mse。",
    ),
    "landscape.loss_fails": (
        "The loss {loss} raised an error: {reason}. Check that it fits the model's outputs and the targets.",
        "损失函数 {loss} 出错：{reason}。请检查它与模型输出和目标是否相符。",
    ),
    "landscape.scalar": (
        "The loss {loss} must give one number, but it gave {found}; take the mean over the samples.",
        "损失函数 {loss} 应给出一个数，而得到的是 {found}；请对样本取平均。",
    ),
    "landscape.path.params": (
        "The recording holds no parameters; record with params=True.",
        "记录中没有参数；请在记录时使用 params=True。",
    ),
    "landscape.path.kind": (
        "The path is a {found}; pass a Recording, or a list of state_dicts in their order.",
        "路径是 {found}；请传入 Recording，或按先后排列的 state_dict 列表。",
    ),
    "landscape.path.empty": (
        "The path is empty; record the training, or choose the plane random or hessian without a path.",
        "路径是空的；请记录训练过程，或不给路径而选择平面 random 或 hessian。",
    ),
    "landscape.path.few": (
        "The path has {count} points, and the plane {plane} needs at least {least}; record more often, or choose random or hessian.",
        "路径有 {count} 个点，而平面 {plane} 至少需要 {least} 个；请更密地记录，或改用 random 或 hessian。",
    ),
    "landscape.rank": (
        "The {count} points of the path lie on one line, which spans no plane; choose the plane random or hessian.",
        "路径的 {count} 个点在同一条直线上，张不成平面；请改用平面 random 或 hessian。",
    ),
    "landscape.points": (
        "The plane points goes through three checkpoints, but {count} came; give points=(a, b, c).",
        "平面 points 由三个检查点确定，而给出了 {count} 个；请使用 points=(a, b, c)。",
    ),
    "landscape.collinear": (
        "The three checkpoints lie on one line, which spans no plane; take others.",
        "三个检查点在同一条直线上，张不成平面；请换用其他检查点。",
    ),
    "landscape.weights": (
        "Checkpoint {number} is a {found}; each must be a model or a state_dict.",
        "第 {number} 个检查点是 {found}；每个检查点应为模型或 state_dict。",
    ),
    "landscape.missing": (
        "Checkpoint {number} lacks the parameter {name!r}; it must come from the same model.",
        "第 {number} 个检查点缺少参数 {name!r}；它应来自同一个模型。",
    ),
    "landscape.shape": (
        "Checkpoint {number}: the parameter {name!r} has shape {given}, but in the model it has {wanted}; take weights of the same model.",
        "第 {number} 个检查点的参数 {name!r} 形状为 {given}，而模型中为 {wanted}；请使用同一模型的权重。",
    ),
    "landscape.finite": (
        "Checkpoint {number} holds NaN or infinity; take one from before the training diverged.",
        "第 {number} 个检查点含有 NaN 或无穷大；请使用训练发散之前的检查点。",
    ),
    "landscape.filters": (
        "No filter-normalised direction exists: every parameter is a bias or zero. Choose the plane pca or hessian.",
        "不存在按滤波器归一化的方向：所有参数都是偏置或零。请改用平面 pca 或 hessian。",
    ),
    "landscape.derivative": (
        "The Hessian cannot be taken ({reason}); choose the plane pca or random.",
        "无法求 Hessian（{reason}）；请改用平面 pca 或 random。",
    ),
    "landscape.straight": (
        "The Hessian is zero here, so it has no directions; choose the plane pca or random.",
        "此处的 Hessian 为零，没有可取的方向；请改用平面 pca 或 random。",
    ),
    "landscape.size": (
        "size is {found}; give one number, or (columns, rows).",
        "size 为 {found}；请给出一个数，或（列数，行数）。",
    ),
    "landscape.window": (
        "The window {found} does not work; give ((x0, x1), (y0, y1)) with x0 < x1 and y0 < y1.",
        "窗口 {found} 不可用；请给出 ((x0, x1), (y0, y1))，且 x0 < x1、y0 < y1。",
    ),
    "landscape.executor": (
        "A {found} is no executor; pass one of concurrent.futures, or client.get_executor() of Dask.",
        "{found} 不是执行器；请传入 concurrent.futures 的执行器，或 Dask 的 client.get_executor()。",
    ),
    "landscape.pickle": (
        "Model, loss and data cannot be sent to another process ({reason}); define them in a module that can be imported, or use threads.",
        "模型、损失函数或数据无法传到其他进程（{reason}）；请把它们定义在可导入的模块中，或改用线程。",
    ),
    "landscape.tolerance": (
        "The tolerance must be a number above 0, but it is {found}; 0.1 means 10 % of the true loss.",
        "容差应为大于 0 的数，而给出的是 {found}；0.1 表示真实损失的 10%。",
    ),
    "landscape.no_path": (
        "This landscape has no path to show how it moves; pass path=, or use plot().",
        "这个损失地形没有可以演示的路径；请传入 path=，或使用 plot()。",
    ),
    "crew.dask.missing": (
        "Dask is not installed; install it with: pip install 'warpviz[cluster]'.",
        "没有安装 Dask；请用 pip install 'warpviz[cluster]' 安装。",
    ),
    "crew.dask.address": (
        "No Dask scheduler answers at {address} ({reason}); start one with `dask scheduler`, or check the address.",
        "{address} 没有 Dask 调度器应答（{reason}）；请用 dask scheduler 启动，或检查地址。",
    ),
    "crew.dask.empty": (
        "The Dask scheduler at {address} has no workers; start one with `dask worker {address}`.",
        "{address} 的 Dask 调度器没有工作进程；请用 dask worker {address} 启动。",
    ),
}
