"""Sentences of the learn modules."""

WORDS: dict[str, tuple[str, str]] = {
    # single values
    "learn.range": (
        "{name} must be {rule}, but it is {given}.",
        "{name} 应为{rule}，而给出的是 {given}。",
    ),
    "learn.rule.whole": ("a whole number of at least {least}", "不小于 {least} 的整数"),
    "learn.rule.whole.between": (
        "a whole number from {least} to {most}",
        "介于 {least} 与 {most} 之间的整数",
    ),
    "learn.rule.real": ("a finite number of at least {least}", "不小于 {least} 的有限数"),
    "learn.rule.real.between": (
        "a number of at least {least} and less than {below}",
        "不小于 {least} 且小于 {below} 的数",
    ),
    # data
    "learn.data.shapes": (
        "{where}: X has shape {x} and y has shape {y}; X must be (rows, columns) with one name per column, "
        "and y must hold one value per row.",
        "{where}：X 的形状为 {x}，y 的形状为 {y}；X 应为（行，列）且每列有一个名称，y 应每行一个值。",
    ),
    "learn.data.empty": (
        "{where} holds no data; give at least two rows and one feature column.",
        "{where} 中没有数据；请至少给出两行数据和一列特征。",
    ),
    "learn.data.finite": (
        "{where}, data row {row}, column {column!r}: {value} is not a finite number. Remove the row or fill it in.",
        "{where} 第 {row} 行数据、{column!r} 列的值 {value} 不是有限数。请删去该行或补上数值。",
    ),
    "learn.data.one": (
        "{where} holds only one class, {label!r}; classification needs rows of at least two.",
        "{where} 只含一个类别 {label!r}；分类至少需要两个类别的数据。",
    ),
    "learn.data.labels": (
        "{where}: y must hold whole class numbers from 0 to {count} - 1, one for each of the {count} classes.",
        "{where}：共有 {count} 个类别，y 应为从 0 到 {count} - 1 的整数类别编号。",
    ),
    "learn.data.option": (
        "The option {option} does not apply to {where}; leave it out.",
        "选项 {option} 对 {where} 不起作用；请去掉它。",
    ),
    "learn.data.split": (
        "{where} has too few rows ({rows}) to hold out {share} for validation; add rows or use val=0.",
        "{where} 只有 {rows} 行数据，不足以留出 {share} 作验证集；请增加数据，或使用 val=0。",
    ),
    # files
    "learn.file.absent": (
        "There is no file {path}{hint}; check the path.",
        "找不到文件 {path}{hint}；请检查路径。",
    ),
    "learn.file.similar": (" (there is {name!r} beside it)", "（同一文件夹中有 {name!r}）"),
    "learn.file.kind": (
        "{path} is not a kind of table that can be read; use a .csv, .tsv or .txt file, plain or as .gz.",
        "无法读取 {path} 这种文件；请使用 .csv、.tsv 或 .txt 表格文件（也可为 .gz 压缩文件）。",
    ),
    "learn.file.read": (
        "{path} cannot be read: {reason}. Check the path and its permissions.",
        "无法读取 {path}：{reason}。请检查路径和权限。",
    ),
    "learn.file.gzip": (
        "{path} is not a whole gzip file; compress the table again.",
        "{path} 不是完整的 gzip 文件；请重新压缩。",
    ),
    "learn.file.large": (
        "{path} holds more than {limit} MB of text; keep fewer rows.",
        "{path} 的内容超过 {limit} MB；请减少行数。",
    ),
    "learn.file.utf8": (
        "{path}, row {row}: the text is not UTF-8; save the file as UTF-8.",
        "{path} 第 {row} 行不是 UTF-8 文本；请将文件另存为 UTF-8 编码。",
    ),
    "learn.file.parse": (
        "{path} cannot be cut into cells: {reason}. Check that every quotation mark is closed.",
        "无法将 {path} 拆分成单元格：{reason}。请检查引号是否成对。",
    ),
    "learn.file.empty": (
        "{path} is empty; it needs one row per sample.",
        "{path} 是空文件；每个样本应占一行。",
    ),
    "learn.file.ragged": (
        "{path}, row {row}: {count} cells where the other rows have {usual}; make all rows equally long.",
        "{path} 第 {row} 行有 {count} 个单元格，而其他行有 {usual} 个；请让各行长度一致。",
    ),
    "learn.file.narrow": (
        "{path} has one column only; it needs a feature and a target, separated by commas, semicolons, tabs, "
        "bars or spaces.",
        "{path} 只有一列；至少需要一列特征和一列目标，并以逗号、分号、制表符、竖线或空格分隔。",
    ),
    "learn.file.few": (
        "{path} has too few data rows ({rows}); it needs at least two.",
        "{path} 只有 {rows} 行数据；至少需要两行。",
    ),
    "learn.file.missing": (
        "{path}, row {row}, column {column!r}: the value is missing. Fill it in or remove the row.",
        "{path} 第 {row} 行、{column!r} 列缺少数值。请补上数值或删去该行。",
    ),
    "learn.file.cell": (
        "{path}, row {row}, column {column!r}: {cell!r} is not a number. Write a number there or leave the column out.",
        "{path} 第 {row} 行、{column!r} 列的 {cell!r} 不是数字。请改为数字，或去掉这一列。",
    ),
    "learn.file.cell.first": (
        "{path}, row {row}, column {column!r}: {cell!r} is not a number. Write a number there, or use "
        "header=True if the row names the columns.",
        "{path} 第 {row} 行、{column!r} 列的 {cell!r} 不是数字。请改为数字；若该行是列名，请使用 header=True。",
    ),
    "learn.file.finite": (
        "{path}, row {row}, column {column!r}: {cell!r} is not a finite number. Write a finite one or remove the row.",
        "{path} 第 {row} 行、{column!r} 列的 {cell!r} 不是有限数。请改为有限数，或删去该行。",
    ),
    "learn.file.twice": (
        "{path} has several columns called {column!r}; choose the target by its index.",
        "{path} 中有多列名为 {column!r}；请用列的序号指定目标列。",
    ),
    "learn.file.index": (
        "{path} has no column with index {index}; the columns count from 0 to {last}.",
        "{path} 中没有序号为 {index} 的列；列的序号从 0 到 {last}。",
    ),
    "learn.file.one": (
        "{path}, column {column!r}: every row is of class {label!r}; classification needs at least two classes.",
        "{path} 的 {column!r} 列全部属于类别 {label!r}；分类至少需要两个类别。",
    ),
    # networks
    "learn.activation.gates": (
        "{name} is not pointwise: it multiplies one half of its inputs with the other. Choose another activation.",
        "{name} 不是逐点函数：它用一半输入去乘另一半。请改用其他激活函数。",
    ),
    "learn.activation.attends": (
        "{name} is not pointwise: it is an attention layer with weights of its own. Choose another activation.",
        "{name} 不是逐点函数：它是自带权重的注意力层。请改用其他激活函数。",
    ),
    "learn.activation.normalises": (
        "{name} is not pointwise: each output depends on all inputs. Choose another activation; the loss "
        "cross-entropy brings the softmax at the end.",
        "{name} 不是逐点函数：每个输出都取决于全部输入。请改用其他激活函数；损失函数 cross-entropy "
        "已包含末端的 softmax。",
    ),
    "learn.activation.values": (
        "{name!r} does not work; the numbers this activation takes after colons: {wanted}.",
        "{name!r} 不可用；该激活函数在冒号后可接的数值：{wanted}。",
    ),
    "learn.init.value": (
        "{init!r} does not work; xavier, he, constant, normal and near-identity take one number after "
        "a colon, "
        "negative for constant only.",
        "{init!r} 不可用；xavier、he、constant、normal 和 near-identity 可在冒号后接一个数，只有 constant 可为负数。",
    ),
    "learn.net.widths": (
        "A network needs at least two widths, inputs and outputs, but {count} came.",
        "网络至少需要两个宽度（输入和输出），而给出了 {count} 个。",
    ),
    "learn.net.activations": (
        "{given} activations for {hidden} hidden layers; give one for all or one for each.",
        "有 {hidden} 个隐藏层，却给出了 {given} 个激活函数；请给出一个（用于所有层），或每层一个。",
    ),
    # optimizers
    "learn.optimizer.nothing": (
        "{name} was given no parameters to update; train a model that has some.",
        "{name} 没有可更新的参数；请训练带有参数的模型。",
    ),
    "learn.optimizer.muon": (
        "{name} updates matrices only, but a parameter has shape {shape}; use a network without biases, or "
        "another optimizer.",
        "{name} 只能更新矩阵，但有一个参数的形状为 {shape}；请使用不带偏置的网络，或改用其他优化器。",
    ),
    "learn.optimizer.sparse": (
        "sparseadam works only on sparse gradients, and these are dense; use adam.",
        "sparseadam 只适用于稀疏梯度，而这里的梯度是稠密的；请改用 adam。",
    ),
    "learn.optimizer.refused": (
        "{name} does not work with {options}: {reason}. Change the value or leave the option out.",
        "{name} 不能使用 {options}：{reason}。请修改该值或去掉该选项。",
    ),
    "learn.optimizer.step": (
        "{name} could not take its step: {reason}. Change its options, the learning rate first.",
        "{name} 无法完成这一步更新：{reason}。请调整其选项，首先是学习率。",
    ),
    "learn.option.flag": (
        "The option {option} of {where} is true or false, but it is {given}.",
        "{where} 的选项 {option} 应为 true 或 false，而给出的是 {given}。",
    ),
    "learn.option.number": (
        "The option {option} of {where} is a number such as {default}, but it is {given}.",
        "{where} 的选项 {option} 应为数字（例如 {default}），而给出的是 {given}。",
    ),
    "learn.option.several": (
        "The option {option} of {where} takes {count} values such as {default}, but it is {given}.",
        "{where} 的选项 {option} 需要 {count} 个值（例如 {default}），而给出的是 {given}。",
    ),
    "learn.options.piece": (
        "{piece!r} in {text!r} cannot be read; write each option once, as name=value, with commas between.",
        "无法识别 {text!r} 中的 {piece!r}；每个选项写一次，格式为 名称=值，以逗号分隔。",
    ),
    # devices
    "learn.device.cuda": (
        "The device {name!r} is not there: no CUDA GPU can be used. Install torch with CUDA and its "
        "driver, or "
        "choose cpu.",
        "没有设备 {name!r}：找不到可用的 CUDA GPU。请安装支持 CUDA 的 torch 和显卡驱动，或选择 cpu。",
    ),
    "learn.device.mps": (
        "The device {name!r} is not there: it needs a Mac with Apple silicon. Choose cpu.",
        "没有设备 {name!r}：它需要配备 Apple 芯片的 Mac。请选择 cpu。",
    ),
    "learn.device.index": (
        "The device {name!r} is not there: this machine has {count} CUDA GPUs, counted from 0. Choose one of them.",
        "没有设备 {name!r}：本机有 {count} 块 CUDA GPU，编号从 0 开始。请选择其中之一。",
    ),
    # losses and training
    "learn.loss.regression": (
        "The loss {loss} needs classes, but {where} has numbers to predict; use mse.",
        "损失函数 {loss} 需要类别，而 {where} 要预测的是数值；请使用 mse。",
    ),
    "learn.loss.bce": (
        "The loss bce needs two classes and one output, but there are {classes} classes and {outputs} "
        "outputs; "
        "use cross-entropy or change the last width.",
        "损失函数 bce 需要两个类别和一个输出，而这里有 {classes} 个类别、{outputs} 个输出；请使用 "
        "cross-entropy，或修改最后一层的宽度。",
    ),
    "learn.loss.outputs": (
        "The loss {loss} needs {classes} outputs here, but the model has {outputs}; change the last width.",
        "此处损失函数 {loss} 需要 {classes} 个输出，而模型有 {outputs} 个；请修改最后一层的宽度。",
    ),
    "learn.stop.regression": (
        "Stopping by accuracy or separability needs classes, but {where} has numbers to predict; stop by loss.",
        "按准确率或线性可分性停止训练需要类别，而 {where} 要预测的是数值；请按损失停止。",
    ),
    "learn.stop.linear": (
        "Stopping by separability looks at what the last linear layer is given, but this model used "
        "none; stop "
        "by loss or accuracy.",
        "按线性可分性停止训练要看最后一个线性层的输入，而该模型没有用到线性层；请按损失或准确率停止。",
    ),
    "learn.train.parameters": (
        "The model has no parameters, so there is nothing to train; add a layer with weights.",
        "模型没有参数，无可训练；请加入带权重的层。",
    ),
    "learn.train.forward": (
        "The model cannot take inputs of shape {shape}: {reason}. Fit its first layer, or the batch, to the data.",
        "模型无法接受形状为 {shape} 的输入：{reason}。请让第一层或批大小与数据相符。",
    ),
    "learn.train.outputs": (
        "The model must give one row of numbers for each of {rows} inputs, but it gave {found}; return "
        "a tensor "
        "of shape (rows, outputs).",
        "模型应为 {rows} 个输入各给出一行数值，却给出了 {found}；请返回形状为（行，输出）的张量。",
    ),
    "learn.stopped.steps": (
        "All {step} steps were taken; the loss is {loss}.",
        "已完成全部 {step} 步，损失为 {loss}。",
    ),
    "learn.stopped.worse": (
        "All {step} steps were taken, but the loss rose from {start} to {loss}. A smaller learning rate may help.",
        "已完成全部 {step} 步，但损失从 {start} 升到了 {loss}。可尝试更小的学习率。",
    ),
    "learn.stopped.loss": (
        "Stopped at step {step}: the loss fell to {loss}.",
        "在第 {step} 步停止：损失降到了 {loss}。",
    ),
    "learn.stopped.accuracy": (
        "Stopped at step {step}: the accuracy reached {accuracy}.",
        "在第 {step} 步停止：准确率达到了 {accuracy}。",
    ),
    "learn.stopped.separable": (
        "Stopped at step {step}: a hyperplane now separates the classes in the last hidden layer.",
        "在第 {step} 步停止：最后一个隐藏层中的各类别已线性可分。",
    ),
    "learn.stopped.together": (
        "Stopped at step {step}: everything that was asked for holds; the loss is {loss}.",
        "在第 {step} 步停止：所有停止条件均已满足，损失为 {loss}。",
    ),
    "learn.stopped.diverged": (
        "Diverged at step {step}: the loss is no longer a finite number. A smaller learning rate may help.",
        "在第 {step} 步发散：损失不再是有限数。可尝试更小的学习率。",
    ),
    # surfaces
    "learn.surface.condition": (
        "{name} has no condition number to choose; leave it out, or use ravine.",
        "{name} 没有可选的条件数；请去掉该选项，或使用 ravine。",
    ),
    "learn.surface.quadratic": ("A round bowl", "圆碗"),
    "learn.surface.ravine": ("A narrow ravine", "狭长的峡谷"),
    "learn.surface.rosenbrock": ("Rosenbrock's banana valley", "Rosenbrock 香蕉谷"),
    "learn.surface.beale": ("Beale's function", "Beale 函数"),
    "learn.surface.himmelblau": ("Himmelblau's four valleys", "Himmelblau 的四个谷"),
    "learn.surface.saddle": ("A saddle", "鞍面"),
    "learn.surface.rastrigin": ("Rastrigin's egg box", "Rastrigin 蛋托"),
    "learn.plane.features": (
        "{name} has {count} features, and a plane has 2: choose data with two feature columns.",
        "{name} 有 {count} 个特征，而平面只有 2 个：请选择含两个特征列的数据。",
    ),
    "learn.plane.classes": (
        "{name} holds numbers to predict, not classes: choose data with a class for each point.",
        "{name} 要预测的是数值而不是类别：请选择每个点都带类别的数据。",
    ),
    "learn.plane.narrow": (
        "Hidden widths {widths} leave too little to see: make every hidden layer at least 2 wide, for example 2,3,2.",
        "隐藏层宽度 {widths} 太窄，看不出什么：请让每个隐藏层的宽度至少为 2，例如 2,3,2。",
    ),
    "learn.plane.width": (
        "Hidden widths {widths} cannot be drawn in the plane: make every hidden layer 2 wide here, for example 2,2,2; "
        "network-warp shows wider ones.",
        "隐藏层宽度 {widths} 无法画在平面上：这里请让每个隐藏层的宽度都为 2，例如 2,2,2；更宽的层可以用 network-warp 显示。",
    ),
}
