"""Sentences about a user's own model: files it comes from, passes through it."""

WORDS: dict[str, tuple[str, str]] = {
    # the model itself
    "model.not_module": (
        "A torch.nn.Module is needed, but this is a {found}; pass the model itself, made and with its weights.",
        "这里需要 torch.nn.Module，而得到的是 {found}；请传入已建好并载入权重的模型本身。",
    ),
    "model.script": (
        "There is no looking into {layer}, which is TorchScript; pass the module that it was made from.",
        "无法观察 TorchScript 模块 {layer}；请传入生成它的原模块。",
    ),
    "model.lazy": (
        "Parameter {name} has no values yet, because the model has never run; call it once on a batch of data.",
        "参数 {name} 还没有数值，因为模型从未运行过；请先让它处理一批数据。",
    ),
    # passes
    "model.shape": (
        "The model cannot take points of shape {shape}: layer {layer} wants {wanted} but gets {given}; "
        "give points with as many features as the model was trained on.",
        "模型无法接受形状为 {shape} 的点：层 {layer} 需要 {wanted}，得到的却是 {given}；"
        "请给出与训练数据特征数相同的点。",
    ),
    "model.raised": (
        "The model raised {type} in {layer} on points of shape {shape}: {reason}",
        "模型在处理形状为 {shape} 的点时，于 {layer} 引发 {type}：{reason}",
    ),
    "model.output": (
        "The model gives {found} for {points} points; it must give one row of numbers for each point.",
        "模型对 {points} 个点给出 {found}；它应为每个点给出一行数。",
    ),
    "model.finite": (
        "Layer {layer} gives NaN or infinity for {what}; leave that point out, or use weights from before the "
        "training diverged.",
        "层 {layer} 对{what}给出 NaN 或无穷大；请去掉该点，或改用训练发散之前的权重。",
    ),
    "model.finite.row": ("data row {row}", "第 {row} 行数据"),
    "model.finite.grid": ("the grid point at {place}", "位于 {place} 的网格点"),
    "model.mixes": (
        "The model answers differently for the same points when others come along: it looks at the whole batch, or draws "
        "at random, so it is no map of space; give BatchNorm running statistics, or take the randomness out.",
        "同样的点与其他点一起输入时，模型给出不同的结果：它依赖整个批次或含有随机性，因而不是空间的映射；"
        "请让 BatchNorm 使用滑动统计量，或去掉随机性。",
    ),
    # layers
    "model.never_ran": (
        "Layer {layer!r} did not run when the model was given the points; call it in forward() as a module, "
        "or leave it out of layers=.",
        "模型处理这些点时没有运行层 {layer!r}；请在 forward() 中以模块方式调用它，或将其从 layers= 中去掉。",
    ),
    "model.layer_rows": (
        "Layer {layer!r} gives {found}, not one row for each of the {points} points; leave it out of layers=.",
        "层 {layer!r} 给出 {found}，并非 {points} 个点各占一行；请将其从 layers= 中去掉。",
    ),
    "model.layer_shape": (
        "Layer {layer!r} gives shape {shape}, but only outputs of shape (N, d) can be shown; "
        "choose a layer behind the one that flattens it.",
        "层 {layer!r} 的输出形状为 {shape}，只有形状为 (N, d) 的输出才能显示；请选择展平之后的层。",
    ),
    "model.layers": (
        "layers= takes names of modules, at least one, but got {found}; for example layers=[{example!r}].",
        "layers= 需要至少一个模块名，而得到的是 {found}；例如 layers=[{example!r}]。",
    ),
    # points
    "model.features": (
        "Points of shape {shape} span no plane; give at least 3 points with at least 2 features each, shape (N, 2).",
        "形状为 {shape} 的点不能张成平面；请给出至少 3 个点，每个点至少 2 个特征，即形状 (N, 2)。",
    ),
    "model.flat": (
        "All points lie on one line, so there is no second direction; give points that spread over a plane.",
        "所有点都在一条直线上，没有第二个方向；请给出在平面上散开的点。",
    ),
    "model.directions": (
        'directions= takes "pca" or two different feature numbers from 0 to {last}, but got {given}; '
        "for example directions=(0, 1).",
        'directions= 需要 "pca" 或两个不同的特征编号（0 到 {last}），而得到的是 {given}；例如 directions=(0, 1)。',
    ),
    "model.labels": (
        "y needs one class for each of the {points} points, but has shape {shape}; give an array of shape ({points},).",
        "y 需要为 {points} 个点各给出一个类别，而它的形状是 {shape}；请给出形状为 ({points},) 的数组。",
    ),
    "model.labels_kind": (
        "y holds {found}, which are no classes; give whole numbers or words, or leave y out.",
        "y 中是{found}，不是类别；请给出整数或文字，或者省略 y。",
    ),
    "model.labels_numbers": ("numbers with fractions", "带小数的数"),
    "model.labels_objects": ("objects of type {type}", "类型为 {type} 的对象"),
    "model.names": (
        "names= needs one name for each of the {count} classes, but got {given}; give a list of {count} words.",
        "names= 需要为 {count} 个类别各给出一个名称，而得到 {given} 个；请给出含 {count} 个词的列表。",
    ),
    "model.classes": (
        "y holds {count} classes, but the model gives {width} numbers for each point; give the labels that it was "
        "trained on, or leave y out.",
        "y 中有 {count} 个类别，而模型为每个点给出 {width} 个数；请给出训练时用的标签，或者省略 y。",
    ),
    "model.nothing": (
        "No layer of the model gives an output of shape (N, d) that differs from its input, so nothing moves; "
        "pass the model that holds the layers.",
        "模型中没有哪一层给出形状为 (N, d) 且与输入不同的输出，因此没有任何移动；请传入包含这些层的模型。",
    ),
    # files
    "kind.function": ("function", "函数"),
    "model.running": (
        "Running the code in {path} to make the model ({factory}).",
        "正在运行 {path} 中的代码以建立模型（{factory}）。",
    ),
    "model.spec": (
        "--model takes a Python file and the function that makes the model, as in net.py:build, but got {given!r}.",
        "--model 需要 Python 文件和其中建立模型的函数，例如 net.py:build，而得到的是 {given!r}。",
    ),
    "model.absent": ("There is no file {path}{hint}; check the path.", "找不到文件 {path}{hint}；请检查路径。"),
    "model.absent_hint": (" (there is {name!r} beside it)", "（同一文件夹中有 {name!r}）"),
    "model.unreadable": (
        "{path} cannot be read: {reason}. Check the path and its permissions.",
        "无法读取 {path}：{reason}。请检查路径和权限。",
    ),
    "model.code": (
        "{path} cannot be run, line {line}: {type}: {reason}",
        "无法运行 {path}，第 {line} 行：{type}：{reason}",
    ),
    "model.factory_raised": (
        "{factory} in {path} raised {type} at line {line}: {reason}",
        "{path} 中的 {factory} 在第 {line} 行引发 {type}：{reason}",
    ),
    "model.factory_arguments": (
        "{factory} in {path} needs arguments ({needed}); name a function that makes the model without any.",
        "{path} 中的 {factory} 需要参数（{needed}）；请指定一个不带参数即可建立模型的函数。",
    ),
    "model.factory_found": (
        "{factory} in {path} gives a {found}, not a torch.nn.Module; let it return the model.",
        "{path} 中的 {factory} 给出 {found}，而不是 torch.nn.Module；请让它返回模型。",
    ),
    "model.weights": (
        "{path} cannot be read as weights: {reason}. Save them with safetensors.torch.save_file, or "
        "torch.save(model.state_dict(), …).",
        "无法把 {path} 读作权重：{reason}。请用 safetensors.torch.save_file 或 torch.save(model.state_dict(), …) 保存。",
    ),
    "model.weights_kind": (
        "{path} holds a {found}, not weights by name; save model.state_dict().",
        "{path} 中是 {found}，而不是按名称存放的权重；请保存 model.state_dict()。",
    ),
    "model.weights_missing": (
        "{path} has no weights for {name!r} ({count} missing in all){near}; save the state of the same model.",
        "{path} 中没有 {name!r} 的权重（共缺 {count} 个）{near}；请保存同一个模型的状态。",
    ),
    "model.weights_extra": (
        "{path} holds {name!r}, which the model does not have ({count} too many in all){near}; "
        "use the model that these weights are of.",
        "{path} 中的 {name!r} 在模型里不存在（共多出 {count} 个）{near}；请使用这些权重所属的模型。",
    ),
    "model.weights_near": (", but {name!r}", "，但有 {name!r}"),
    "model.weights_shape": (
        "{name!r} has shape {given} in {path}, but {wanted} in the model; use the model that these weights are of.",
        "{name!r} 在 {path} 中的形状为 {given}，在模型中为 {wanted}；请使用这些权重所属的模型。",
    ),
    "model.needs": (
        "--model needs --data: a table of points to push through it, the class in the last column.",
        "--model 需要 --data：一份要送入模型的点的表格，最后一列为类别。",
    ),
    "model.alone": (
        "{option} belongs to --model; add --model FILE.py:FUNCTION, or leave it out.",
        "{option} 要与 --model 一起使用；请加上 --model 文件.py:函数名，或去掉它。",
    ),
    "model.instead": (
        "{option} says how to train a network, but --model brings a finished one; leave it out.",
        "{option} 用于训练网络，而 --model 已给出现成的模型；请去掉它。",
    ),
    "model.regression": (
        "The last column of {path} does not hold classes; put the class there, or give a table of two columns.",
        "{path} 的最后一列不是类别；请把类别放在最后一列，或给出只有两列的表格。",
    ),
}
